import { STATES } from '../messages.ts';

export type Theme = 'auto' | 'light' | 'dark';
const KEY = 'g2t-theme';
const systemIsDark = matchMedia('(prefers-color-scheme: dark)');

/** Colours that a drawing takes, as the style sheet has them. */
export interface Colours {
  readonly text: string;
  readonly faint: string;
  readonly grid: string;
  readonly surface: string;
  readonly land: string;
  readonly sea: string;
  readonly accent: string;
  /** Of lines in a chart, in order. */
  readonly lines: readonly string[];
  /** Of device states, in the order of STATES. */
  readonly states: readonly string[];
}

export function theme(): Theme {
  const kept = localStorage.getItem(KEY);
  return kept === 'light' || kept === 'dark' ? kept : 'auto';
}

export function setTheme(chosen: Theme): void {
  if (chosen === 'auto') localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, chosen);
  applyTheme();
}

export function applyTheme(): void {
  const chosen = theme();
  const system = systemIsDark.matches ? 'dark' : 'light';
  document.documentElement.dataset['theme'] = chosen === 'auto' ? system : chosen;
}

export function colours(): Colours {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    text: of('text'),
    faint: of('faint'),
    grid: of('grid'),
    surface: of('surface'),
    land: of('land'),
    sea: of('sea'),
    accent: of('accent'),
    lines: [1, 2, 3, 4, 5, 6, 7].map((n) => of(`line-${n}`)),
    states: STATES.map((state) => of(`state-${state}`)),
  };
}

/** Calls back when the colours change, by choice or by the system. */
export function onTheme(changed: () => void): void {
  systemIsDark.addEventListener('change', applyTheme);
  new MutationObserver(changed).observe(document.documentElement, { attributeFilter: ['data-theme'] });
}
