import { describe, expect, it } from 'vitest';
import { type Labels, partitionRows } from '../data/partition.ts';
import { TableBuilder } from '../metrics/builder.ts';
import type { Table } from '../metrics/table.ts';
import { PARTITION_TABLE, ROUNDS_TABLE } from '../metrics/tables.ts';
import { labelCountsCharts } from './charts/partition.ts';
import { stalenessChart } from './charts/staleness.ts';
import { trainingChart } from './charts/training.ts';
import { fixture } from './fixture.ts';
import { renderReport } from './report.ts';
import type { RivalRun, Rivals } from './result.ts';
import { changes, contests, costOf, targetOf } from './rivals.ts';
import { rivalsFixture } from './rivals-fixture.ts';

const rivals = rivalsFixture();
const labels = rivals.runs.map(({ label }) => label);
const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

describe('what an accuracy cost', () => {
  it('is asked of all runs alike, and given by the scenario or by the best run', () => {
    expect(targetOf({ ...rivals, target: 0.7 })).toBe(0.7);
    expect(targetOf(rivals)).toBeGreaterThanOrEqual(0.8);
    expect(targetOf(rivals)).toBeLessThanOrEqual(0.82);
    expect(targetOf({ runs: [], byMethod: true })).toBe(0);
  });

  it('is spent at the first aggregation that reaches it, or never', () => {
    const fedavg = rivals.runs[labels.indexOf('fedavg')]!;
    const { seconds, bytes, joules } = costOf(fedavg, 0.5);
    expect(bytes).toBeCloseTo(seconds! * 5e4, 6);
    expect(joules).toBeCloseTo(seconds! * 1.5, 6);
    expect(costOf(fedavg, 0.4).seconds).toBeLessThan(seconds!);
    expect(costOf(fedavg, 0.95)).toEqual({ seconds: null, bytes: null, joules: null });
  });
});

describe('the contest', () => {
  const row = (title: string, of: Rivals = rivals) => contests(of).find((each) => each.title.startsWith(title))!;
  const winners = (title: string) => row(title).winners.map((i) => labels[i]);

  it('names the best of each row, several when they tie', () => {
    expect(winners('Accuracy')).toEqual(['g2t']);
    expect(winners('Loss')).toEqual(['adaptive-tau']);
    expect(winners('Version staleness, mean')).toEqual(['ssgd', 'fedavg', 'adaptive-tau']);
    expect(winners('Bytes wasted')).toEqual(labels);
  });

  it('lets nothing compete that is not defined or was not reached', () => {
    expect(row('Version staleness').texts[0]).toBe('not defined');
    expect(row('Time to').texts[labels.indexOf('gaia')]).toBe('not reached');
    expect(winners('Time to')).toEqual(['g2t']);
  });

  it('has no winner where one run alone has a value', () => {
    const two = { ...rivals, runs: rivals.runs.slice(0, 2) };
    expect(row('Version staleness', two).winners).toEqual([]);
    expect(contests({ ...rivals, runs: rivals.runs.slice(0, 1) }).some(({ title }) => title.startsWith('Loss'))).toBe(
      false,
    );
  });
});

describe('a run that was cut', () => {
  /** A run ends at a share of its time, before it has spent more. */
  const cut = (run: RivalRun, share: number): RivalRun => {
    const { simulated_s: end, bytes_up: up, bytes_down: down, energy_j: energy } = run.summary;
    const spent = { bytes_up: up * share, bytes_down: down * share, energy_j: energy * share };
    return {
      ...run,
      summary: { ...run.summary, ...spent, simulated_s: end * share, makespan_s: null, stopped: 'horizon' },
    };
  };
  const withCut = (label: string, share: number): Rivals => ({
    ...rivals,
    runs: rivals.runs.map((run) => (run.label === label ? cut(run, share) : run)),
  });
  const row = (title: string, of: Rivals) => contests(of).find((each) => each.title === title)!;
  const gaia = labels.indexOf('gaia');

  it('competes with nothing, and is told by what it had come to', () => {
    const late = withCut('gaia', 0.9);
    expect(row('Makespan', late).texts[gaia]).toBe('> 7 min 30 s');
    expect(row('Makespan', late).winners).toEqual([labels.indexOf('g2t')]);
    expect(row('Energy', late).texts[gaia]).toBe('> 675 J');
    expect(row('Time to 81 %', late).texts[gaia]).toBe('> 7 min 30 s');
  });

  it('leaves open which is best where it had come to less than the best of the others', () => {
    const early = withCut('gaia', 0.01);
    for (const title of ['Makespan', 'Time to 81 %', 'Bytes to 81 %', 'Energy', 'Bytes on the wire'])
      expect(row(title, early).winners, title).toEqual([]);
    expect(row('Accuracy', early).winners).toEqual([labels.indexOf('g2t')]);
  });

  it('has no ratio of makespans, nor has what is held against it, and stands last', async () => {
    const [g2t, ssgd] = rivals.runs as [RivalRun, RivalRun];
    const changed = [
      { run: { ...cut(g2t, 0.5), label: 'g2t, cut' }, of: 0 },
      { run: { ...ssgd, label: 'ssgd, as it was' }, of: 1 },
    ];
    expect(changes({ ...rivals, changed }).map(({ label, ratio, makespan }) => [label, ratio, makespan])).toEqual([
      ['ssgd, as it was', 1, 600],
      ['g2t, cut', null, null],
    ]);
    const extras = { rivals: { ...withCut('gaia', 0.5), changed: changed.slice(0, 1) } };
    const files = await renderReport(fixture({ devices: 3, extras }));
    const page = text(files.get('report.html'));
    expect(page).toContain('2 of 7 at the horizon: gaia, g2t, cut.');
    expect(page).toContain('No ratio of makespans is known');
    expect(page).not.toMatch(/NaN|undefined<|Infinity/);
    expect(text(files.get('charts/rivals-cost.svg'))).toContain('not by the horizon');
  });
});

describe('changed runs', () => {
  const slower = (of: number, by: number) => {
    const run = rivals.runs[of]!;
    const summary = { ...run.summary, makespan_s: run.summary.makespan_s! * by };
    return { run: { ...run, label: `${run.label}, 500 ms`, summary }, of };
  };
  const changed = { ...rivals, changed: [slower(1, 7), slower(0, 1.5), slower(5, 3)] };

  it('are told by the ratio of their makespans, the least first', () => {
    expect(changes(changed).map(({ label, of }) => [label, of])).toEqual([
      ['g2t, 500 ms', 'g2t'],
      ['gaia, 500 ms', 'gaia'],
      ['ssgd, 500 ms', 'ssgd'],
    ]);
    expect(changes(changed).map(({ ratio }) => ratio)).toEqual([1.5, 3, 7].map((by) => expect.closeTo(by, 9)));
    expect(changes(changed).map(({ toTarget }) => toTarget)).toEqual([1, null, 1]);
    expect(changes(changed)[0]!.accuracy).toEqual([0.91, 0.91]);
    expect(changes(rivals)).toEqual([]);
  });

  it('have a table of their own, and no column among the rivals', async () => {
    const files = await renderReport(
      fixture({ devices: 20, measurements: 20, cycles: 4, extras: { rivals: changed } }),
    );
    const page = text(files.get('report.html'));
    expect(page).toContain('The least ratio is that of g2t, 1.5.');
    expect(text(files.get('charts/rivals-cost.svg')).includes('500 ms')).toBe(false);
  });
});

describe('the least ratio of makespans', () => {
  it('is explained where a budget of time makes it, beside that of the methods without one', async () => {
    const budgeted = rivals.runs.map((run) => ({ ...run, budgeted: run.label === 'adaptive-tau' }));
    const slow = (of: number, by: number) => {
      const run = budgeted[of]!;
      return { run: { ...run, summary: { ...run.summary, makespan_s: run.summary.makespan_s! * by } }, of };
    };
    const changed = [slow(labels.indexOf('g2t'), 4), slow(labels.indexOf('adaptive-tau'), 1.1)];
    const extras = { rivals: { runs: budgeted, byMethod: true, changed } };
    const page = text((await renderReport(fixture({ devices: 3, extras }))).get('report.html'));
    expect(page).toContain('The least ratio is that of adaptive-tau, 1.1: it ends when its budget of time is spent');
    expect(page).toContain('Of the runs that end when their training is done it is that of g2t, 4.');
  });
});

describe('a comparison of many runs', () => {
  it('has no table or lines that nobody could read', async () => {
    const runs = Array.from({ length: 12 }, (_, n) => ({ ...rivals.runs[n % 6]!, label: `run ${n}` }));
    const files = await renderReport(fixture({ devices: 3, extras: { rivals: { runs, byMethod: false } } }));
    expect([...files.keys()].filter((name) => name.includes('rivals'))).toEqual([]);
    expect(text(files.get('report.html'))).toContain('These are 12 runs, too many');
  });
});

describe('the report of a comparison', () => {
  it('has its charts and its table, with every run in each', async () => {
    const files = await renderReport(fixture({ devices: 20, measurements: 20, cycles: 4, extras: { rivals } }));
    for (const name of ['rivals-quality', 'rivals-cost', 'rivals-staleness', 'communication-compared']) {
      const svg = text(files.get(`charts/${name}.svg`));
      for (const label of labels) expect(svg.includes(`>${label}<`), `${label} in ${name}`).toBe(true);
    }
    const page = text(files.get('report.html'));
    expect(page.includes('Methods side by side')).toBe(true);
    expect(page.includes('ssgd, fedavg, adaptive-tau')).toBe(true);
    expect(/NaN|undefined<|\[object/.test(page)).toBe(false);
  });

  it('is left out of a run alone', async () => {
    const files = await renderReport(fixture({ devices: 20, measurements: 20, cycles: 4 }));
    expect([...files.keys()].some((name) => name.includes('rivals'))).toBe(false);
    expect(text(files.get('report.html')).includes('side by side')).toBe(false);
  });
});

describe('the chart of label counts', () => {
  const drawn = (rows: number, count: number, devices: number) => {
    const label = Array.from({ length: count }, (_, l) => `c${l + 1}`);
    const source: Labels = { y: Uint16Array.from({ length: rows }, (_, row) => row % count), names: label };
    const { counts } = partitionRows({ by: 'iid' }, source, devices, 1);
    const table = new TableBuilder(PARTITION_TABLE);
    for (let device = 0; device < devices; device++) {
      for (let l = 0; l < count; l++) {
        if (counts[device * count + l] === 0) continue;
        table.set(table.at.device, device);
        table.setText(table.at.label, label[l]!);
        table.set(table.at.rows, counts[device * count + l]!);
        table.endRow();
      }
    }
    const result = fixture({ devices });
    const chart = labelCountsCharts({ ...result, tables: { ...result.tables, partition: table.build() } })[0]!;
    const [totals, map] = chart.spec['vconcat'] as {
      data: { values: { rows: number }[] };
      encoding: { y: { scale: { domain: string[] } } };
      layer?: unknown[];
    }[];
    return {
      chart,
      totals: totals!.data.values,
      map: map!.data.values,
      domain: map!.encoding.y.scale,
      layers: map!.layer,
    };
  };

  it('draws every row of a few devices, labels in their order, with the numbers written in', () => {
    const { totals, map, domain, layers } = drawn(600, 12, 5);
    expect(totals).toHaveLength(5);
    expect(map.reduce((sum, { rows }) => sum + rows, 0)).toBe(600);
    expect(domain?.domain).toEqual(Array.from({ length: 12 }, (_, l) => `c${l + 1}`));
    expect(layers).toHaveLength(2);
  });

  it('thins out many devices and says so', () => {
    const { chart, totals, map, layers } = drawn(20_000, 10, 2000);
    expect(totals.length).toBe(200);
    expect(map.length).toBeLessThanOrEqual(12_000);
    expect(layers).toHaveLength(1);
    expect(chart.caption).toContain('One in 10 of the 2,000 devices is drawn.');
  });
});

describe('the chart of staleness', () => {
  it('says in a word that no update lags', () => {
    const result = fixture({ devices: 3, versions: true });
    const fresh = { ...result, summary: { ...result.summary, staleness: { mean: 0, p95: 0, max: 0 } } };
    const panels = ({ spec }: { readonly spec: object }) => (spec as { vconcat: unknown[] }).vconcat.length;
    expect(panels(stalenessChart(result)!) - panels(stalenessChart(fresh)!)).toBe(1);
    expect(stalenessChart(fresh)!.caption).toContain('No update had a version lag');
    expect(stalenessChart(result)!.caption).not.toContain('No update');
  });
});

describe('the chart of rounds', () => {
  const rounds = (tau: (round: number) => number, beta: number): Table => {
    const table = new TableBuilder(ROUNDS_TABLE, ['loss', 'tau', 'beta', 'delta', 'rho']);
    for (let round = 1; round <= 6; round++) {
      for (let device = 0; device < 3; device++) {
        for (const { name } of ROUNDS_TABLE.columns) if (table.at[name] >= 0) table.set(table.at[name], 0);
        table.set(table.at.round, round);
        table.set(table.at.tau, tau(round));
        table.set(table.at.loss, 1 / round + device);
        table.set(table.at.beta, round === 1 ? Number.NaN : beta);
        table.endRow();
      }
    }
    return table.build();
  };
  const panels = (table: Table) => {
    const result = fixture({ devices: 3 });
    const chart = trainingChart({ ...result, tables: { ...result.tables, rounds: table } });
    return (chart?.spec['vconcat'] as { layer: { data: { values: { t: number; v: number }[] } }[] }[] | undefined)?.map(
      ({ layer }) => layer[0]!.data.values,
    );
  };

  it('draws what there is, round r from r - 1 to r, the mean of its devices', () => {
    const drawn = panels(rounds((round) => round * 2, 5))!;
    expect(drawn).toHaveLength(3);
    expect(drawn[0]!.map(({ t }) => t)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(drawn[0]!.map(({ v }) => v)).toEqual([2, 4, 6, 8, 10, 12, 12]);
    expect(drawn[1]![1]!.v).toBeCloseTo(1.5, 5);
    expect(drawn[2]![0]).toEqual({ t: 1, v: 5 });
  });

  it('is left out for a method without local steps', () => {
    expect(panels(rounds(() => 0, 5))).toBeUndefined();
  });
});
