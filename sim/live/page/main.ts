import type { Command, CommandAnswer, Status } from '../messages.ts';
import { Chart } from './chart.ts';
import { CHARTS } from './chart-list.ts';
import { connect, send, takeToken } from './connection.ts';
import { DeviceView } from './device.ts';
import { el, setText } from './dom.ts';
import { Head } from './head.ts';
import { KnobPanel } from './knobs.ts';
import { WorldMap } from './map.ts';
import { clock, count, percent, short } from './numbers.ts';
import { PastView } from './past.ts';
import { Pictures } from './pictures.ts';
import { Store } from './store.ts';
import { applyTheme, onTheme } from './theme.ts';

/** Of a frame, ms: charts that do not fit in are drawn in the next. */
const BUDGET_MS = 10;
/** Frames over which the time of one is said. */
const FRAMES = 60;
const NOTICE_MS = 12_000;

function part(id: string): HTMLElement {
  return document.getElementById(id)!;
}

takeToken();
applyTheme();
const store = new Store();
const act = async (command: Command): Promise<CommandAnswer> => {
  const answer = await send(command);
  if (answer.error !== undefined) note(answer.error, true);
  ask();
  return answer;
};

const head = new Head(store, part('head'), async (command) => {
  const answer = await act(command);
  if (command.do === 'save' && answer.folder !== undefined) void past.refresh();
  return answer;
});
const knobs = new KnobPanel(store, part('knobs'), act);
const choose = (device: number): void => void act({ do: 'watch', device });
const map = new WorldMap(store, choose);
const pictures = new Pictures(store);
const device = new DeviceView(store, act);
const past = new PastView(store);
const charts = CHARTS.map((kind) => new Chart(kind, store));
const frameTime = el('span', { id: 'frame-time' });
const banner = part('banner');

part('views').append(
  el('div', { class: 'grid fill' }, ...charts.slice(0, 3).map(({ element }) => element)),
  el('div', { class: 'grid' }, map.element, device.element, pictures.tests, device.messages, pictures.nodes),
  el('div', { class: 'grid' }, ...charts.slice(3).map(({ element }) => element)),
  past.element,
);
part('foot').append(
  el('span', {}, 'Keys: space play or pause, e one event, r one round, [ slower, ] faster, s save'),
  frameTime,
);

let noticeUntil = 0;
function note(text: string, bad: boolean): void {
  store.notice = { text, bad };
}

/** One look at everything that has changed; charts in turn, as far as the frame allows. */
let asked = false;
let spent = 0;
let nextChart = 0;
let lastNotice: Store['notice'];
const times: number[] = [];

function ask(): void {
  if (asked) return;
  asked = true;
  requestAnimationFrame(frame);
}

function frame(): void {
  asked = false;
  const from = performance.now();
  head.draw();
  knobs.draw();
  if (map.stale) map.draw();
  pictures.draw();
  device.draw();
  past.draw();
  showBanner();
  let drawn = 0;
  for (let n = 0; n < charts.length; n++) {
    const chart = charts[(nextChart + n) % charts.length]!;
    if (!chart.stale) continue;
    if (drawn > 0 && performance.now() - from > BUDGET_MS) {
      nextChart = (nextChart + n) % charts.length;
      ask();
      break;
    }
    chart.draw();
    drawn++;
  }
  times.push(performance.now() - from + spent);
  spent = 0;
  if (times.length > FRAMES) times.shift();
  const median = times.toSorted((a, b) => a - b)[times.length >> 1]!;
  setText(frameTime, `a frame takes ${short(median, 2)} ms`);
  frameTime.dataset['ms'] = median.toFixed(2);
  frameTime.dataset['frames'] = String(Number(frameTime.dataset['frames'] ?? 0) + 1);
}

/** What must not be missed: that the server is away, why a run ended, what went wrong. */
function showBanner(): void {
  const { status, reachable, notice } = store;
  if (notice !== lastNotice) noticeUntil = performance.now() + NOTICE_MS;
  lastNotice = notice;
  const now = performance.now();
  const [text, kind] = !reachable
    ? ['The server is away. This page comes back by itself when it does.', 'bad']
    : notice !== undefined && now < noticeUntil
      ? [notice.text, notice.bad ? 'bad' : 'good']
      : status?.state === 'failed'
        ? [`The run failed: ${status.reason}`, 'bad']
        : status?.state === 'ended'
          ? [`${ENDED[status.reason ?? ''] ?? `The run has ended: ${status.reason}.`}${cameTo(status)}`, 'good']
          : ['', ''];
  setText(banner, text!);
  banner.className = kind!;
  banner.hidden = text === '';
}

const ENDED: Readonly<Record<string, string>> = {
  trained: 'The run has ended: the model is trained. Restart it, or choose another case or method.',
  accuracy: 'The run has ended: the model is as good as was asked for.',
  horizon: 'The run has ended: it met its horizon before the model was trained.',
};

/** The figures of the result: accuracy as the scenario combines classifiers, which may not be that of the vote in the chart. */
function cameTo({ summary }: Status): string {
  if (summary === null) return '';
  const { accuracy, tasks_done: done, tasks_total: total, makespan_s: makespan, simulated_s: simulated } = summary;
  const time = makespan === null ? `cut after ${clock(simulated)}` : `makespan ${clock(makespan)}`;
  return ` Accuracy ${percent(accuracy)}, ${count(done)} of ${count(total)} results, ${time}.`;
}

/** What comes in is taken in at once, and counts as part of the next frame. */
function timed<T>(take: (value: T) => void): (value: T) => void {
  return (value) => {
    const from = performance.now();
    take(value);
    spent += performance.now() - from;
    ask();
  };
}

connect({
  run: timed((event) => store.run(event)),
  tick: timed((event) => store.tick(event)),
  reach: (there) => {
    store.reachable = there;
    ask();
  },
});
onTheme(() => {
  store.versions.colours++;
  ask();
});
// What goes by the clock or by what can be seen, not by what comes in.
addEventListener('scroll', ask, { passive: true });
addEventListener('resize', ask);
setInterval(ask, 1000);
void past.refresh();

const KEYS: Readonly<Record<string, () => void>> = {
  ' ': () => head.toggle(),
  e: () => void act({ do: 'step', by: 'event' }),
  r: () => void act({ do: 'step', by: 'round' }),
  s: () => void head.save(),
  '[': () => head.shift(-1),
  ']': () => head.shift(1),
};

addEventListener('keydown', (event) => {
  const { target } = event;
  const types = target instanceof HTMLElement && /^(INPUT|SELECT|TEXTAREA|BUTTON|A)$/.test(target.tagName);
  if (types || event.ctrlKey || event.metaKey || event.altKey) return;
  const key = KEYS[event.key];
  if (key === undefined) return;
  event.preventDefault();
  key();
});
