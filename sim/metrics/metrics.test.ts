import { describe, expect, it } from 'vitest';
import { METRIC_DEFINITIONS, metricDefinition } from './definitions.ts';
import { Distribution } from './distribution.ts';
import { efficiency, ratioByBytes, ratioByTime } from './ratios.ts';
import { score, Tally } from './scores.ts';
import { type RunFacts, summarise } from './summary.ts';
import { numbersOf, wordsOf } from './table.ts';
import { chooseDevices, TIMELINE, TimelineRecorder } from './timeline.ts';

describe('accuracy and macro-F1', () => {
  it('meets the oracle of algorithms F', () => {
    const { accuracy, macroF1 } = score([0, 0, 1, 1, 2, 2, 2], [0, 1, 1, 1, 2, 0, 2], 3);
    expect(accuracy).toBe(5 / 7);
    expect(macroF1).toBeCloseTo(0.7, 15);
  });
  // Each value is that of sklearn.metrics.f1_score(truth, answers, average='macro', zero_division=0).
  it.each<[readonly number[], readonly number[], number]>([
    [[0, 1], [0, 1], 1],
    [[0, 0, 1], [0, 3, 1], (2 / 3 + 1 + 0) / 3],
    [[2, 2, 2], [2, 2, 2], 1],
    [[2, 2, 2], [1, 1, 1], 0],
    [[0, 2, 4, 4], [0, 2, 2, 4], (1 + 2 / 3 + 2 / 3) / 3],
  ])('leaves out of macro-F1 what is neither a truth nor an answer: %j answered by %j', (truth, answers, macroF1) => {
    expect(score(truth, answers, 5).macroF1).toBeCloseTo(macroF1, 15);
  });
  it('is NaN without rows', () => {
    expect(new Tally(2).scores()).toEqual({ accuracy: Number.NaN, macroF1: Number.NaN });
    const tally = new Tally(2);
    tally.add(0, 1);
    tally.clear();
    tally.add(1, 1);
    expect(tally.scores()).toEqual({ accuracy: 1, macroF1: 1 });
  });
});

describe('Distribution', () => {
  it('gives the exact mean, p95 and maximum in any order of arrival', () => {
    const forwards = new Distribution();
    const backwards = new Distribution();
    const values = Array.from({ length: 1001 }, (_, i) => i / 10 + 0.1);
    for (const value of values) forwards.add(value);
    for (const value of values.toReversed()) backwards.add(value);
    expect(forwards.spread()).toEqual(backwards.spread());
    expect(forwards.spread()!.p95).toBeCloseTo(95.1, 12);
    expect(forwards.spread()!.max).toBe(100.1);
    expect(forwards.count).toBe(1001);
  });
  it('is null without values, never 0', () => {
    expect(new Distribution().spread()).toBeNull();
    expect(new Distribution().meanSinceMark()).toBeNaN();
    expect(new Distribution().quantiles().rows).toBe(0);
  });
  it('bins every value once', () => {
    const ages = new Distribution();
    for (const value of [0, 0.5, 1, 1.5, 2, 10]) ages.add(value);
    const { edges, counts } = ages.histogram(10);
    expect(Array.from(edges)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(Array.from(counts)).toEqual([2, 2, 1, 0, 0, 0, 0, 0, 0, 1]);
    expect(Array.from(numbersOf(ages.quantiles(5), 'age_s'))).toEqual([0, 0.5, 1, 1.5, 2, 10]);
    const same = new Distribution();
    same.add(3);
    same.add(3);
    expect(Array.from(same.histogram().counts)).toEqual([2]);
  });
  it('gives the mean since the last mark', () => {
    const ages = new Distribution();
    ages.add(1);
    ages.add(3);
    expect(ages.meanSinceMark()).toBe(2);
    expect(ages.meanSinceMark()).toBe(2);
    ages.mark();
    expect(ages.meanSinceMark()).toBeNaN();
    ages.add(7);
    expect(ages.meanSinceMark()).toBe(7);
  });
});

describe('ratios', () => {
  it('divides communication by computation, and is null where nothing was computed', () => {
    expect(ratioByTime(6, 3)).toBe(2);
    expect(ratioByBytes(10, 4)).toBe(2.5);
    expect(ratioByTime(1, 0)).toBeNull();
    expect(ratioByBytes(1, 0)).toBeNull();
  });
  it('has efficiency, null where there was no time', () => {
    expect(efficiency({ deviceSeconds: 15, devices: 3, makespanSeconds: 10 })).toBe(0.5);
    expect(efficiency({ deviceSeconds: 0, devices: 3, makespanSeconds: 0 })).toBeNull();
  });
});

describe('TimelineRecorder', () => {
  it('shows one state at a time of spans that overlap and come in any order', () => {
    const recorder = new TimelineRecorder({ fleet: 10, chosen: [2, 7] });
    const span = (device: number, state: number, from: number, to: number) =>
      recorder.span(device, state, from * 1e9, to * 1e9);
    span(7, TIMELINE.compute, 3, 5);
    span(7, TIMELINE.receive, 1, 4);
    span(7, TIMELINE.receive, 3.5, 6);
    span(7, TIMELINE.send, 5, 5);
    span(3, TIMELINE.compute, 0, 9);
    span(2, TIMELINE.offline, 2, 20);
    const table = recorder.finish(8e9);
    expect(Array.from(numbersOf(table, 'device'))).toEqual([2, 2, 7, 7, 7, 7, 7]);
    expect(wordsOf(table, 'state')).toEqual(['wait', 'offline', 'wait', 'receive', 'compute', 'receive', 'wait']);
    expect(Array.from(numbersOf(table, 'start_s'))).toEqual([0, 2, 0, 1, 3, 5, 6]);
    expect(Array.from(numbersOf(table, 'end_s'))).toEqual([2, 8, 1, 3, 5, 6, 8]);
  });
  it('ends at its limit and says when', () => {
    const recorder = new TimelineRecorder({ fleet: 1, chosen: [0], limit: 2 });
    for (let i = 0; i < 6; i++) recorder.span(0, TIMELINE.compute, i * 2e9, i * 2e9 + 1e9);
    const table = recorder.finish(20e9);
    expect(recorder.cutAt).toBe(4e9);
    expect(Array.from(numbersOf(table, 'end_s'))).toEqual([1, 2, 3, 4]);
  });
  it('chooses all when they fit, else shares every group', () => {
    expect(chooseDevices([0, 0, 1], 40)).toEqual([0, 1, 2]);
    const groups = Array.from({ length: 1000 }, (_, i) => (i < 990 ? 0 : i < 998 ? 1 : 2));
    const chosen = chooseDevices(groups, 30);
    expect(chosen.length).toBe(30);
    expect(new Set(chosen).size).toBe(30);
    expect(chosen.filter((device) => device >= 998)).toEqual([998, 999]);
    expect(chosen.filter((device) => device >= 990 && device < 998).length).toBe(8);
  });
});

describe('summarise', () => {
  const age = new Distribution();
  age.add(2);
  const facts: RunFacts = {
    name: 'test',
    digest: 'd',
    endSeconds: 10,
    scores: { accuracy: 0.5, macroF1: Number.NaN },
    staleness: null,
    age,
    computeSeconds: Float64Array.of(4, 1),
    communicationSeconds: Float64Array.of(5, 5),
    bytesUp: Float64Array.of(1, 2),
    bytesDown: Float64Array.of(3, 4),
    bytesWasted: Float64Array.of(0, 1),
    energyJoules: Float64Array.of(0.25, 0.5),
    flop: Float64Array.of(80, 20),
    events: 7,
    tasks: { done: 3, total: 4, reassigned: 1 },
    stopped: 'trained',
  };
  it('sums over devices and keeps undefined values null', () => {
    const summary = summarise(facts);
    expect(summary).toMatchObject({
      comm_to_comp: { time: 2, bytes_per_flop: 0.1 },
      bytes_up: 3,
      bytes_down: 7,
      bytes_wasted: 1,
      energy_j: 0.75,
      devices: 2,
      device_seconds: 5,
      efficiency: 0.25,
      staleness: null,
      macro_f1: null,
      age_s: { mean: 2, p95: 2, max: 2 },
      stopped: 'trained',
      makespan_s: 10,
      simulated_s: 10,
      time_to_accuracy_s: null,
      flop: 100,
      flop_wasted: null,
      tasks_assigned: null,
    });
    const more = summarise({ ...facts, flopWasted: Float64Array.of(3, 4), tasks: { ...facts.tasks, assigned: 9 } });
    expect([more.flop_wasted, more.tasks_assigned, more.seconds_lost]).toEqual([7, 9, null]);
    expect('host' in summary).toBe(false);
  });
  it('knows no makespan of a run that was cut, nor what is made of it', () => {
    const cut = summarise({ ...facts, stopped: 'horizon' });
    expect(cut).toMatchObject({ makespan_s: null, efficiency: null, time_to_accuracy_s: null, simulated_s: 10 });
    expect(summarise({ ...facts, stopped: 'accuracy' })).toMatchObject({ makespan_s: 10, time_to_accuracy_s: 10 });
  });
  it('has a definition for every metric of the summary', () => {
    const metrics = [
      'makespan_s',
      'simulated_s',
      'time_to_accuracy_s',
      'accuracy',
      'macro_f1',
      'staleness',
      'age_s',
      'bytes_up',
      'bytes_down',
    ];
    metrics.push('bytes_wasted', 'energy_j', 'events', 'tasks_done', 'tasks_reassigned', 'device_seconds');
    for (const key of [...metrics, 'efficiency', 'comm_to_comp.time', 'comm_to_comp.bytes_per_flop']) {
      expect(metricDefinition(key), key).toBeDefined();
    }
    expect(new Set(METRIC_DEFINITIONS.map((metric) => metric.key)).size).toBe(METRIC_DEFINITIONS.length);
  });
});
