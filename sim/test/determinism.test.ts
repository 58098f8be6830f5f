import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { g2t } from '../cli/fixture.ts';
import { CHECKPOINT_EVERY, type TracedEvent } from '../kernel/simulation.ts';
import type { Instant } from '../kernel/time.ts';
import type { G2tCloud } from '../method/g2t/cloud.ts';
import type { Evaluation } from '../method/g2t/evaluation.ts';
import { FRAME, HEADER } from '../protocol/frame.ts';
import { layOut } from '../run/places.ts';
import type { RunOutcome } from '../run/run.ts';
import type { World } from '../run/world.ts';
import { runOf, runText, SMALL_GLOBE, scenarioOf } from './scenario-run.ts';

let plain: RunOutcome;
beforeAll(async () => {
  plain = await runText(SMALL_GLOBE);
});

function evaluationOf({ method }: World): Evaluation {
  return (method as G2tCloud).evaluation;
}

/** What a run came to, beside its digest. */
function results({ summary, world }: RunOutcome) {
  const { digest: _digest, ...rest } = summary;
  return { ...rest, weights: [...evaluationOf(world).weights] };
}

describe('the same scenario', () => {
  it('is one that things happen in', () => {
    expect(plain.summary.stopped).toBe('trained');
    expect(plain.summary.bytes_wasted).toBeGreaterThan(0);
    expect(plain.summary.tasks_done).toBe(28);
  });

  it('gives the same digest twice, and the same results', async () => {
    const again = await runText(SMALL_GLOBE);
    expect(again.digest).toBe(plain.digest);
    expect(results(again)).toEqual(results(plain));
    expect(plain.digest).toMatch(/^[0-9a-f]{32}$/);
  });

  it('gives the same digest with an instance a device as with one for all', async () => {
    const isolated = await runText(SMALL_GLOBE, ['isolation=instance']);
    expect(isolated.digest).toBe(plain.digest);
    expect(results(isolated)).toEqual(results(plain));
    // They really existed: as many as devices, each with a memory of its own.
    expect(plain.world.host.instances).toBe(1);
    expect(isolated.world.host.instances).toBe(10);
    expect(isolated.world.host.memoryBytes).toBeGreaterThan(10 * 65_536);
    expect(isolated.world.host.memoryBytes).toBeGreaterThan(5 * plain.world.host.memoryBytes);
  });

  it('gives the same digest with rows on the devices, pooled and isolated', async () => {
    const set = ['fleet.0.holds=all', 'fleet.1.holds={ classes: 4 }'];
    const pooled = await runText(SMALL_GLOBE, set);
    const isolated = await runText(SMALL_GLOBE, [...set, 'isolation=instance']);
    expect(isolated.digest).toBe(pooled.digest);
    expect(pooled.digest).not.toBe(plain.digest);
  });

  it('gives another digest with another seed', async () => {
    const digests = new Set([plain.digest]);
    for (const seed of [2, 3]) digests.add((await runOf(scenarioOf(SMALL_GLOBE, [], seed))).digest);
    expect(digests.size).toBe(3);
  });

  it('keeps every frame with `record: frames` without another result or digest', async () => {
    const recorded = await runText(SMALL_GLOBE, ['record=frames']);
    expect(recorded.digest).toBe(plain.digest);
    expect(results(recorded)).toEqual(results(plain));
    expect(recorded.tables.frames!.rows).toBeGreaterThan(100);
  });
});

describe('the digest notices', () => {
  it('one changed bit of one weight', async () => {
    const flipped = await runText(SMALL_GLOBE, [], (world) => {
      const evaluation = evaluationOf(world);
      const fold = evaluation.fold.bind(evaluation);
      evaluation.fold = (digest) => {
        new Uint32Array(evaluation.weights.buffer)[40]! ^= 1;
        fold(digest);
      };
    });
    expect(flipped.digest).not.toBe(plain.digest);
    expect(flipped.checkpoints).toEqual(plain.checkpoints);
    expect(flipped.summary.events).toBe(plain.summary.events);
    const before = evaluationOf(plain.world).weights;
    const differing = evaluationOf(flipped.world).weights.filter((w, n) => w !== before[n]);
    expect(differing).toHaveLength(1);
  });

  it('one changed byte of one frame that changes nothing else', async () => {
    const changed = await runText(SMALL_GLOBE, [], ({ host }) => {
      const seal = host.seal.bind(host);
      let left = 1;
      host.seal = (length) => {
        // T_hold in ms of one CONFIG: with W_0 = 1 and whole rounds nothing waits that long.
        if (host.inbox[HEADER.type] === FRAME.config && left-- === 1) host.inbox[20 + 28]! ^= 1;
        seal(length);
      };
    });
    expect(changed.digest).not.toBe(plain.digest);
    expect(results(changed)).toEqual(results(plain));
  });

  it('two events in each other’s place', async () => {
    const swapped = await runText(SMALL_GLOBE, [], swapFirstPolls);
    expect(swapped.digest).not.toBe(plain.digest);
    // Which of two devices is turned on first at one instant changes no result.
    expect(results(swapped)).toEqual(results(plain));
  });
});

/** Turns device 1 on before device 0. */
function swapFirstPolls({ sim }: World): void {
  const schedule = sim.schedule.bind(sim);
  let polls = 0;
  sim.schedule = (at, priority, source, kind, a, b) => {
    const turnedOn = at === 0 && sim.events === 0 && a < 2 && polls < 2;
    if (!turnedOn) return schedule(at, priority, source, kind, a, b);
    polls++;
    schedule(at, priority, a === 0 ? source + 1 : source - 1, kind, a, b);
  };
}

describe('weather', () => {
  /** The first changes of a device's connection and its first latencies. */
  function weatherOf(text: string, set: readonly string[], devices: number) {
    const { weather } = layOut(scenarioOf(text, set).scenario).network;
    return Array.from({ length: devices }, (_, device) => {
      const changes: number[] = [];
      for (let at = 0, n = 0; n < 20; n++) {
        at = weather.dropout.nextChange(device, at as Instant);
        changes.push(at);
      }
      const latencies = Array.from({ length: 20 }, (_unused, n) => weather.latency.draw(device, (n * 1e9) as Instant));
      return { changes, latencies };
    });
  }

  it('stays as it is for every device when one more is added at the end of the fleet', () => {
    const before = weatherOf(SMALL_GLOBE, [], 10);
    expect(weatherOf(SMALL_GLOBE, ['fleet.2.count=4'], 10)).toEqual(before);
    expect(weatherOf(SMALL_GLOBE, ['fleet.2.count=300'], 10)).toEqual(before);
    expect(weatherOf(SMALL_GLOBE, ['seed=2'], 10)).not.toEqual(before);
    expect(new Set(before.map(({ latencies }) => latencies.join())).size).toBe(10);
  });

  it('is the same whatever the method does', () => {
    const before = weatherOf(SMALL_GLOBE, [], 10);
    expect(weatherOf(SMALL_GLOBE, ['method.redundancy=1', 'method.round=classifier'], 10)).toEqual(before);
  });
});

describe('checkpoints', () => {
  it('stand every 65,536 events, and two runs have the same', async () => {
    // Measured so often that there are enough events.
    const set = ['measure.every=1 ms', 'stop.horizon=135 s', 'stop.when=horizon', 'dataset.test=1'];
    const run = await runText(SMALL_GLOBE, set);
    expect(run.summary.events).toBeGreaterThan(2 * CHECKPOINT_EVERY);
    expect(run.checkpoints).toHaveLength(Math.floor(run.summary.events / CHECKPOINT_EVERY));
    expect(new Set(run.checkpoints).size).toBe(run.checkpoints.length);
  });
});

describe('verify and diff', () => {
  let folder: string;
  const file = () => join(folder, 'globe.yaml');
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'g2t-determinism-'));
    writeFileSync(file(), SMALL_GLOBE);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function resultOf(text: string, name: string): Promise<string> {
    const scenario = join(folder, `${name}.yaml`);
    writeFileSync(scenario, text);
    const { code, stdout, stderr } = await g2t(['run', scenario, '--json', '--out', join(folder, name)]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return (JSON.parse(stdout) as { result: string }).result;
  }

  it('name the first event in which two runs differ', async () => {
    const late = `${SMALL_GLOBE}interventions:\n  - { at: 1500 ms, set: { network.links.shaky.latency: 300 ms } }\n`;
    const [a, b] = [await resultOf(SMALL_GLOBE, 'a'), await resultOf(late, 'b')];
    expect((await g2t(['diff', a, a])).code).toBe(0);
    const { code, stdout } = await g2t(['diff', a, b]);
    expect(code).toBe(1);
    // Found by hand: the first event of the second run that is not the first run's.
    const events = async (text: string) => {
      const seen: TracedEvent[] = [];
      await runText(text, [], ({ sim }) => {
        sim.tracer = (event) => seen.push(event);
      });
      return seen;
    };
    const [one, other] = [await events(SMALL_GLOBE), await events(late)];
    const first = one.findIndex((event, n) => event.kind !== other[n]!.kind || event.time !== other[n]!.time);
    expect(other[first]!.kind).toBe('run.intervention');
    expect(stdout).toContain(`event ${first + 1}, `);
    expect(stdout).toContain('run.intervention(0, 0) at 1.5 s');

    const same = await g2t(['verify', a]);
    expect({ code: same.code, stderr: same.stderr }).toEqual({ code: 0, stderr: '' });
    const doctored = join(folder, 'doctored');
    cpSync(a, doctored, { recursive: true });
    const manifest = JSON.parse(readFileSync(join(a, 'manifest.json'), 'utf8')) as { digest: string; events: number };
    const digest = manifest.digest.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
    writeFileSync(join(doctored, 'manifest.json'), JSON.stringify({ ...manifest, digest }));
    const verdict = await g2t(['verify', doctored]);
    expect(verdict.code).toBe(1);
    expect(verdict.stderr).toBe(
      `${doctored}: expected digest ${digest}, got ${manifest.digest}\nfirst difference: in events 1 to ${manifest.events}, ` +
        `or in the tables made of them (${manifest.events} events then, ${manifest.events} now)\n`,
    );
  });

  it('say which bracket of events it is where a checkpoint differs', async () => {
    const set = ['measure.every=2 ms', 'stop.horizon=140 s', 'stop.when=horizon', 'dataset.test=1'];
    const { code, stdout } = await g2t([
      'run',
      file(),
      '--json',
      '--out',
      join(folder, 'long'),
      ...set.flatMap((s) => ['--set', s]),
    ]);
    expect(code).toBe(0);
    const { result } = JSON.parse(stdout) as { result: string };
    const path = join(result, 'manifest.json');
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as { checkpoints: string[] };
    expect(manifest.checkpoints.length).toBeGreaterThan(0);
    const checkpoints = manifest.checkpoints.map((checkpoint) => checkpoint.replace(/.$/, 'x'));
    writeFileSync(path, JSON.stringify({ ...manifest, checkpoints, digest: 'f'.repeat(32) }));
    const verdict = await g2t(['verify', result]);
    expect(verdict.code).toBe(1);
    expect(verdict.stderr).toContain('first difference: in events 1 to 65536');
  });
});
