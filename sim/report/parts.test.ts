import { describe, expect, it } from 'vitest';
import { tableFromArrays, wordsOf } from '../metrics/table.ts';
import { TIMELINE_TABLE } from '../metrics/tables.ts';
import { timelineChart } from './charts/timeline.ts';
import { fixture } from './fixture.ts';
import { groupDevices } from './groups.ts';
import { html, htmlTable } from './html.ts';
import { grouped, percent, short, span, withPrefix } from './numbers.ts';
import { thin, timeUnit } from './series.ts';

describe('numbers', () => {
  it('read well at any size', () => {
    expect([0, 0.000_012_34, 0.001_234, 1.2345, 123.4, 1234.5, 1_234_567].map((value) => short(value))).toEqual([
      '0',
      '1.23 × 10⁻⁵',
      '0.00123',
      '1.23',
      '123',
      '1,235',
      '1,234,567',
    ]);
    expect([0.0123, 95, 200, 120, 5400, 7384, 900_000].map(span)).toEqual([
      '12.3 ms',
      '95 s',
      '3 min 20 s',
      '2 min',
      '90 min',
      '2 h 03 min',
      '10 d 10 h',
    ]);
    expect([0, 999, 6460, 2.5e9].map((value) => withPrefix(value, 'B'))).toEqual(['0 B', '999 B', '6.46 kB', '2.5 GB']);
    expect([grouped(4465), grouped(12), percent(0.12345)]).toEqual(['4,465', '12', '12.3 %']);
  });
});

describe('thin', () => {
  it('keeps short series whole, and long ones at their first, last and each stretch’s last row', () => {
    expect(thin([1, 2, 3], 3)).toEqual([0, 1, 2]);
    const at = Float64Array.from({ length: 10_001 }, (_, i) => i / 10);
    const rows = thin(at, 100);
    expect(rows.length).toBeGreaterThan(100);
    expect(rows.length).toBeLessThan(104);
    expect([rows[0], rows[1], rows.at(-1)]).toEqual([0, 99, 10_000]);
  });
  it('does not divide by zero where all times are equal', () => {
    expect(thin(new Float64Array(50), 10)).toEqual([0, 49]);
  });
  it('chooses a unit of time', () => {
    expect([0.1, 95, 5400, 20_000, 1e6].map((seconds) => timeUnit(seconds).name)).toEqual(['ms', 's', 'min', 'h', 'd']);
  });
});

describe('html', () => {
  it('escapes all but markup', () => {
    expect(html`<p title="${'"'}">${'<b>'}${html`<i>${'&'}</i>`}</p>`.text).toBe(
      '<p title="&quot;">&lt;b&gt;<i>&amp;</i></p>',
    );
    expect(htmlTable(['a', 'n#'], [['<x>', 1]]).text).toContain(
      '<th scope="row">&lt;x&gt;</th><td class="number">1</td>',
    );
  });
});

describe('groupDevices', () => {
  it('sums every device once', () => {
    const { devices } = fixture({ devices: 103 }).tables;
    const groups = groupDevices(devices!, 'region');
    expect(groups.reduce((sum, group) => sum + group.devices, 0)).toBe(103);
    expect(groups[0]!.devices).toBeGreaterThanOrEqual(groups.at(-1)!.devices);
    expect(groups.map((group) => group.name).sort()).toEqual([...new Set(wordsOf(devices!, 'region'))].sort());
  });
});

describe('the timeline', () => {
  const drawn = (stretches: number) => {
    const rows = stretches;
    const state = (row: number) => (row % 4 === 3 ? 'send' : row % 2 === 0 ? 'compute' : 'wait');
    const timeline = tableFromArrays(TIMELINE_TABLE, {
      device: new Uint32Array(rows),
      state: Array.from({ length: rows }, (_, row) => state(row)),
      start_s: Float64Array.from({ length: rows }, (_, row) => row),
      end_s: Float64Array.from({ length: rows }, (_, row) => row + 1),
    });
    const result = fixture({ devices: 1 });
    const chart = timelineChart({ ...result, tables: { ...result.tables, timeline } })!;
    const layers = chart.spec['layer'] as { data: { values: { state?: string; t: number; end: number }[] } }[];
    const values = layers.flatMap((layer) => layer.data.values).filter((value) => value.state !== undefined);
    const total = values.reduce((sum, value) => sum + value.end - value.t, 0);
    const share = (name: string) =>
      values.filter((value) => value.state === name).reduce((sum, value) => sum + value.end - value.t, 0) / total;
    return { count: values.length, shares: ['compute', 'wait', 'send'].map((name) => share(name)) };
  };
  it('draws every stretch while they are few', () => {
    expect(drawn(100)).toEqual({ count: 100, shares: [0.5, 0.25, 0.25] });
  });
  it('draws cells whose colours add up to the true shares when they are many', () => {
    const { count, shares } = drawn(40_000);
    expect(count).toBeLessThanOrEqual(310);
    [0.5, 0.25, 0.25].forEach((share, i) => {
      expect(shares[i]).toBeCloseTo(share, 1);
    });
  });
});
