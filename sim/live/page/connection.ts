import type { Command, CommandAnswer, RunEvent, TickEvent } from '../messages.ts';

const TOKEN_KEY = 'g2t-token';
/** How long a page waits before it asks a server again that would not have it, ms. */
const AGAIN_MS = 2000;

/** The token: from the address once, then kept for this address alone. */
export function takeToken(): void {
  const given = /[#&]token=([\w-]+)/.exec(location.hash)?.[1];
  if (given === undefined) return;
  localStorage.setItem(TOKEN_KEY, given);
  history.replaceState(null, '', location.pathname);
}

export interface Listener {
  run(event: RunEvent): void;
  tick(event: TickEvent): void;
  /** Whether the server is there. */
  reach(there: boolean): void;
}

/** Listens to the server, and comes back to it when it was away. */
export function connect(listener: Listener): void {
  const source = new EventSource('/events');
  source.addEventListener('open', () => listener.reach(true));
  source.addEventListener('run', (event) => listener.run(JSON.parse(event.data) as RunEvent));
  source.addEventListener('tick', (event) => listener.tick(JSON.parse(event.data) as TickEvent));
  source.addEventListener('error', () => {
    listener.reach(false);
    // The browser asks again by itself where the connection broke, but not where it was refused.
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(() => connect(listener), AGAIN_MS);
  });
}

/** Has the server do something. */
export async function send(command: Command): Promise<CommandAnswer> {
  try {
    const response = await fetch('/command', {
      method: 'POST',
      headers: { 'x-g2t-token': localStorage.getItem(TOKEN_KEY) ?? '' },
      body: JSON.stringify(command),
    });
    return (await response.json()) as CommandAnswer;
  } catch {
    return { error: 'the server did not answer' };
  }
}

/** Something that the server has, by its path; undefined where it has it not. */
export async function load<T>(path: string): Promise<T | undefined> {
  try {
    const response = await fetch(path);
    return response.ok ? ((await response.json()) as T) : undefined;
  } catch {
    return undefined;
  }
}
