import { escapeControls } from '../../kernel/escape.ts';

type Child = Node | string | null | undefined;
type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** An element with attributes and children; `true` is an attribute without a value, `false` none. Texts are shown without control characters. */
export function el<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    element.setAttribute(key, value === true ? '' : escapeControls(String(value)));
  }
  const shown = children.filter((child) => child !== null && child !== undefined);
  element.append(...shown.map((child) => (typeof child === 'string' ? escapeControls(child) : child)));
  return element;
}

/** A button that does something. */
export function button(label: string, title: string, act: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const made = el('button', { type: 'button', title, ...attributes }, label);
  made.addEventListener('click', act);
  return made;
}

/** A titled part of the page. */
export function card(id: string, title: string, ...children: readonly Child[]): HTMLElement {
  return el(
    'section',
    { id, class: 'card', 'aria-labelledby': `${id}-title` },
    el('h2', { id: `${id}-title` }, title),
    ...children,
  );
}

/** Sets a text only where it differs: the page is told ten times a second. */
export function setText(element: Element, text: string): void {
  const shown = escapeControls(text);
  if (element.textContent !== shown) element.textContent = shown;
}

export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** Offers a file for download. */
export function download(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  el('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
