import type { DeviceSpec } from '../device/host-types.ts';
import type { HeldRow } from '../device/noting-host.ts';
import type { Target } from '../device/target.ts';
import type { Answer, BoardInfo } from './packets.ts';

/** What the thread that owns the boards is started with. */
export interface LiveSetup {
  readonly boards: readonly { readonly device: number; readonly target: Target }[];
  /** One word: 1 once an answer is on the port. */
  readonly answered: Int32Array;
}

/** A call of one board, and what comes back. `open` is asked for without blocking; all others are waited for. */
export type LiveCall =
  | { readonly kind: 'open' }
  | { readonly kind: 'begin'; readonly device: number; readonly spec: DeviceSpec; readonly rows: readonly HeldRow[] }
  | { readonly kind: 'frame'; readonly device: number; readonly us: number; readonly bytes: Uint8Array }
  | { readonly kind: 'timer' | 'poll'; readonly device: number; readonly us: number }
  | { readonly kind: 'close' };

export interface OpenBoard {
  readonly device: number;
  readonly info: BoardInfo;
  /** The process of an emulator or native board: ended with the program, however that ends. */
  readonly process: number | undefined;
}

export type LiveAnswer =
  | { readonly kind: 'opened'; readonly boards: readonly OpenBoard[] }
  | { readonly kind: 'began'; readonly status: number }
  | { readonly kind: 'called'; readonly answer: Answer }
  | { readonly kind: 'closed' }
  | {
      readonly kind: 'failed';
      readonly message: string;
      readonly exitCode: number | undefined;
      readonly stack: string;
    };
