import { describe, expect, it } from 'vitest';
import { loadScenario } from './load.ts';

const GOOD = `schema: 1
name: small
dataset: { name: clusters }
method: { name: g2t }
fleet:
  - { board: esp32, count: 3, region: dublin, link: home-wifi }
network: { server: { region: dublin, up: 1 Gbit/s, down: 1 Gbit/s } }
`;

const load = (text: string) => loadScenario({ file: 'a.yaml', bytes: new TextEncoder().encode(text) });

/** The message of the one error that loading gives. */
function refusal(text: string): string {
  try {
    load(text);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('accepted');
}

describe('a partition', () => {
  const WITH = GOOD.replace('method:', 'partition: { by: iid }\nmethod:');

  it('is none when left out', () => {
    expect(load(GOOD).scenario.partition).toBe('none');
  });

  it('is kept for a method that trains on the rows of its devices', () => {
    const own = WITH.replace('name: g2t', 'name: fedavg, learner: { name: softmax }');
    expect(load(own).scenario.partition).toEqual({ by: 'iid' });
  });

  it('fits no method whose rows come from the server, and no classes held', () => {
    expect(refusal(WITH)).toMatch(/a\.yaml:\d+:\d+ partition: expected none with method g2t/);
    const held = refusal(WITH.replace('link: home-wifi', 'link: home-wifi, holds: all'));
    expect(held).toMatch(/fleet\.0\.holds: expected none beside `partition`/);
  });

  it('is refused with its place', () => {
    expect(refusal(WITH.replace('by: iid', 'by: dirichlet, alpha: 0'))).toMatch(/partition\.alpha/);
    expect(refusal(WITH.replace('by: iid', 'by: case, case: 5'))).toMatch(/partition\.case/);
    expect(refusal(WITH.replace('{ by: iid }', 'idd'))).toMatch(/partition/);
  });
});

describe('a list of methods', () => {
  it('is a comparison whose variants set the whole method, with the seed, fleet and network of the scenario', () => {
    const { scenario, variants } = load(
      `${GOOD}compare:\n  - { name: sent, set: { method: { name: g2t, rows: stream, redundancy: 1 } } }\n`,
    );
    expect(variants.map(({ name }) => name)).toEqual(['sent']);
    const other = variants[0]!.loaded.scenario;
    expect(other.method).toMatchObject({ rows: 'stream', redundancy: 1 });
    expect({ ...other, method: scenario.method }).toEqual(scenario);
  });

  it('places the fault of a method in its variant', () => {
    const text = `${GOOD}compare:\n  - { name: other, set: { method: { name: g2t, redundancy: -1 } } }\n`;
    expect(refusal(text)).toMatch(/compare\.0\.set\.method.*redundancy/);
  });

  it('has a name for each', () => {
    const text = `${GOOD}compare:\n  - { name: a, set: { seed: 2 } }\n  - { name: a, set: { seed: 3 } }\n`;
    expect(refusal(text)).toMatch(/compare\.1\.name: expected names that differ/);
  });

  it('can set a variant against another: that one’s changes, then its own', () => {
    const { variants } = load(
      `${GOOD}compare:
  - { name: sent, set: { method: { name: g2t, rows: stream } } }
  - { name: sent far, against: sent, set: { fleet.0.region: tokyo } }
  - { name: far, against: small, set: { fleet.0.region: tokyo } }
`,
    );
    expect(variants.map(({ against }) => against)).toEqual([undefined, 'sent', 'small']);
    const rows = variants.map(({ loaded }) => (loaded.scenario.method as { rows?: string }).rows);
    expect(rows).toEqual(['stream', 'stream', 'auto']);
    expect(variants.map(({ loaded }) => loaded.scenario.fleet[0]!.region[0])).toEqual(['dublin', 'tokyo', 'tokyo']);
  });

  it('sets a variant against what stands by itself only', () => {
    const two = `${GOOD}compare:\n  - { name: a, against: small, set: { seed: 2 } }\n`;
    expect(refusal(`${two}  - { name: b, against: a, set: { seed: 3 } }\n`)).toMatch(/compare\.1\.against: expected/);
    expect(refusal(two.replace('against: small', 'against: none'))).toMatch(/compare\.0\.against.*small.*got none/);
  });
});
