/** An instruction as its timing sees it. */
export interface Decoded {
  readonly kind: string;
  readonly registers: number;
  readonly literal: boolean;
  readonly indirect: boolean;
  readonly immediate: boolean;
}

/** An instruction at its place. */
export interface Step {
  readonly address: number;
  readonly size: number;
  readonly decoded: Decoded;
  /** Address of the constant that it loads, 0 if none. */
  readonly literal?: number;
  readonly taken?: boolean;
  readonly target?: { readonly address: number; readonly size: number };
  readonly before?: { readonly size: number; readonly decoded: Decoded } | undefined;
}

export interface FlashWaits {
  wait(now: number, step: Step): number;
}

export function decode(text: string): Decoded;
export function cyclesOf(core: string, step: Step): number;
export const FLASH: Readonly<Record<'cached' | 'samd21' | 'stm32f103', () => FlashWaits>>;
