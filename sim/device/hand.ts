import { Desk } from './desk.ts';
import { WORK_COUNT } from './host-types.ts';
import { join } from './wasi.ts';

/** Where a thread works within a memory: addresses of its own receive buffer, counts and stack. */
export interface Lane {
  readonly inbox: number;
  readonly work: number;
  readonly stack: number;
}

/** A memory with devices in it, and the lanes in which threads work there; those of the hands from `FIRST_HAND` on. */
export interface Place {
  readonly memory: WebAssembly.Memory;
  readonly lanes: readonly Lane[];
}

/** Lane 0 is the front's, lane 1 where the front helps with jobs. */
export const HELPER = 1;
export const FIRST_HAND = 2;

interface Bench {
  readonly deliver: (lane: number, device: number, length: number, at: number) => number;
  readonly inbox: Uint8Array;
  readonly work: Float64Array;
}

/** A thread that works on jobs from the desk until it is ended. @param nextPlace waits for the next memory that was shown. */
export function lendAHand(given: {
  readonly desk: SharedArrayBuffer;
  readonly number: number;
  readonly module: WebAssembly.Module;
  readonly nextPlace: () => Place;
}): never {
  const desk = new Desk(given.desk);
  const lane = FIRST_HAND + given.number;
  const places: Place[] = [];
  const benches: (Bench | undefined)[] = [];
  const benchOf = (place: number): Bench => {
    while (places.length <= place) places.push(given.nextPlace());
    benches[place] ??= bench(given.module, places[place]!, lane);
    return benches[place];
  };
  for (;;) {
    const job = desk.waitForAny();
    try {
      const { deliver, inbox, work } = benchOf(desk.place(job));
      const frame = desk.frame(job);
      inbox.set(frame);
      const status = deliver(lane, desk.device(job), frame.length, desk.at(job));
      desk.finish(job, status, work);
    } catch (error) {
      desk.fail(job, error instanceof Error ? error.message : String(error));
    }
  }
}

function bench(module: WebAssembly.Module, { memory, lanes }: Place, lane: number): Bench {
  const { inbox, work, stack } = lanes[lane]!;
  const { exports } = join(module, memory, stack);
  return {
    deliver: exports['g2t_host_deliver'] as Bench['deliver'],
    inbox: new Uint8Array(memory.buffer).subarray(inbox),
    work: new Float64Array(memory.buffer, work, WORK_COUNT),
  };
}
