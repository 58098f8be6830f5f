import { describe, expect, it } from 'vitest';
import { editScenario } from '../scenario/edit.ts';
import { begin, intervene, knobsInWords, NO_KNOBS, possibleMethods, settingsOf } from './changes.ts';
import { loadedFrom, SMALL, shipped } from './fixture.ts';

const small = loadedFrom(SMALL);

describe('knobs as changes of a scenario', () => {
  it('set the links that the fleet uses, and the links that are shared', () => {
    expect(settingsOf({ delayMs: 80, loss: 2 }, small)).toEqual({
      'network.links.wifi.delay': '80 ms',
      'network.links.wifi.loss': '2 %',
    });
    const paths = Object.keys(settingsOf({ congestion: 30 }, shipped('globe-1000')));
    expect(paths).toContain('network.server.congestion');
    expect(paths.filter((path) => /^network\.bottlenecks\.[\w-]+\.congestion$/.test(path)).length).toBeGreaterThan(1);
  });

  it('go back to what the scenario says, whatever form it has', () => {
    for (const dropout of [
      'outage',
      { up: { weibull: { scale: '3 s', shape: 0.7 } }, down: { lognormal: { median: '1 s', p95: '4 s' } } },
      {
        up: {
          quantiles: [
            ['0 %', '1 s'],
            ['100 %', '3 s'],
          ],
        },
        down: '2 s',
      },
      { 'duty-cycle': { period: '10 s', on: '50 %' } },
      { trace: { off: [['1 s', '2 s']], every: '9 s' } },
    ]) {
      const start = editScenario(small, { 'network.links.wifi.dropout': dropout });
      const turned = intervene(start, start, { knobs: { dropout: 'none' }, atMs: 1000 });
      const back = intervene(turned, start, {
        knobs: { dropout: null, loss: null, congestion: null, delayMs: 0 },
        atMs: 2000,
      });
      const [none, same] = back.scenario.interventions;
      const wifi = (network: typeof start.scenario.network) => network.profiles.find(({ name }) => name === 'wifi')!;
      expect(wifi(none!.network).dropout).toEqual({ kind: 'none' });
      expect(wifi(same!.network)).toEqual(wifi(start.scenario.network));
    }
  });

  it('begin a run where they stand, as far as its method has them', () => {
    const knobs = { ...NO_KNOBS, delayMs: 40, tau: 6 };
    const { scenario } = begin(small, { dataCase: 3, seed: 8 }, knobs);
    expect(scenario.method).toMatchObject({ name: 'adaptive-tau', tau: 6 });
    expect(scenario.partition).toEqual({ by: 'case', case: 3 });
    expect(scenario.seed).toBe(8);
    expect(scenario.interventions).toEqual([]);
    expect(begin(small, { method: 'asgd' }, knobs).scenario.method.name).toBe('asgd');
    expect(begin(small, { method: 'fedavg' }, { ...knobs, tau: 'adaptive' }).scenario.method).toMatchObject({
      tau: 10,
    });
  });

  it('know which methods a scenario can be run with', () => {
    expect(possibleMethods(small)).toEqual(['adaptive-tau', 'fedavg', 'ssgd', 'asgd', 'gaia', 'g2t']);
    expect(begin(shipped('quickstart'), { method: 'fedavg' }, NO_KNOBS).scenario.partition).toMatchObject({
      by: 'iid',
    });
    expect(() => begin(small, { method: 'magic' }, NO_KNOBS)).toThrow(/magic/);
  });

  it('say what was turned', () => {
    expect(knobsInWords({ delayMs: 5, loss: null, tau: 'adaptive' })).toBe(
      'added delay 5 ms, loss as in the scenario, tau adaptive',
    );
    expect(knobsInWords({ dropout: { up: 2, down: 6 }, congestion: 10 })).toBe(
      'dropout 2 s on, 6 s off, congestion 10 %',
    );
  });
});
