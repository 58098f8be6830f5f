import { PooledHost } from '../device/host.ts';
import type { DeviceSpec } from '../device/host-types.ts';
import type { HeldRow } from '../device/noting-host.ts';
import type { Instant } from '../kernel/time.ts';
import type { LoadedFirmware } from '../run/inputs.ts';
import type { Answer } from './packets.ts';
import type { OpenTarget, TargetAbout } from './validate.ts';

/** Firmware in the simulator as a target: what boards did is replayed to it. */
export class SimulatedTarget implements OpenTarget {
  readonly about: TargetAbout;
  readonly #firmware: LoadedFirmware;
  #host: PooledHost;

  constructor(firmware: LoadedFirmware) {
    this.#firmware = firmware;
    this.#host = hostOf(firmware);
    this.about = {
      target: 'simulator',
      board: 'wasm',
      core: null,
      counter: 'none',
      clock_hz: 0,
      memory: 0,
      firmware: firmware.core,
    };
  }

  async begin(device: number, spec: DeviceSpec, rows: readonly HeldRow[]): Promise<number> {
    this.#host = hostOf(this.#firmware);
    const place = this.#host.addAs(device, spec);
    const features = rows[0]?.features.length;
    if (features === undefined) return 0;
    const values = new Float32Array(rows.length * features);
    rows.forEach((row, index) => {
      values.set(row.features, index * features);
    });
    const classes = Uint16Array.from(rows, (row) => row.class);
    const set = this.#host.writeRows(values, features, classes);
    this.#host.hold(place, set, Uint32Array.from(rows.keys()));
    return 0;
  }

  async frame(us: number, bytes: Uint8Array): Promise<Answer> {
    this.#host.inbox.set(bytes);
    return this.#answer(this.#host.deliver(0, bytes.length, at(us)));
  }

  async timer(us: number): Promise<Answer> {
    return this.#answer(this.#host.timer(0, at(us)));
  }

  async poll(us: number): Promise<Answer> {
    const length = this.#host.poll(0, at(us));
    return this.#answer(0, this.#host.outbox.slice(0, length));
  }

  #answer(status: number, frame = new Uint8Array(0)): Answer {
    const deadline = this.#host.deadline(0) / 1000;
    return { status, counter: 0, deadline, work: this.#host.work.slice(), frame };
  }
}

function hostOf({ module, guard }: LoadedFirmware): PooledHost {
  return new PooledHost(module, undefined, guard);
}

function at(us: number): Instant {
  return (1000 * us) as Instant;
}
