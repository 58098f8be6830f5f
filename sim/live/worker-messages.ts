import type { InputFile } from '../data/input-file.ts';
import type { Command, CommandAnswer, RunInfo, Snapshot } from './messages.ts';

/** What the simulation's thread is started with. */
export interface WorkerSetup {
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly set: readonly string[];
  /** Files whose content is among `set`. */
  readonly inputs: readonly InputFile[];
  readonly seed: number | undefined;
  readonly dataDir: string;
  /** Where sessions are saved. */
  readonly outDir: string;
  readonly speed: number | null;
  readonly version: string;
}

export type ToWorker =
  | { readonly kind: 'pull' }
  | { readonly kind: 'command'; readonly id: number; readonly command: Command };

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'refused'; readonly message: string; readonly exitCode: number }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: CommandAnswer }
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot; readonly info?: RunInfo };
