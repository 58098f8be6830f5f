import { describe, expect, it } from 'vitest';
import { distance, localHour, propagation, REGION_NAMES, regionOf } from './regions.ts';

const between = (a: string, b: string) => distance(regionOf(a), regionOf(b));

describe('regions', () => {
  it('has at least 40 cities, sorted names of lower-case words with hyphens, and real coordinates', () => {
    const cities = REGION_NAMES.filter((name) => !/^(aws|azure|gcp)-/.test(name));
    expect(cities.length).toBeGreaterThanOrEqual(40);
    expect([...REGION_NAMES].sort()).toEqual(REGION_NAMES);
    for (const name of REGION_NAMES) {
      expect(name).toMatch(/^[a-z]+(-[a-z0-9]+)*$/);
      const { latitude, longitude } = regionOf(name);
      expect(Math.abs(latitude)).toBeLessThan(70);
      expect(Math.abs(longitude)).toBeLessThan(180);
    }
  });

  it('an unknown region is our own fault here: the schema refuses it before', () => {
    expect(() => regionOf('atlantis')).toThrow('got atlantis');
  });

  it('great-circle distances agree with published ones within 1 %', () => {
    // km between city centres (geodesic calculators).
    const known: [string, string, number][] = [
      ['london', 'new-york', 5570],
      ['dublin', 'singapore', 11_200],
      ['sydney', 'santiago', 11_340],
      ['tokyo', 'san-francisco', 8270],
      ['cape-town', 'cairo', 7240],
      ['paris', 'berlin', 878],
    ];
    for (const [a, b, km] of known) expect(Math.abs(between(a, b) / 1000 / km - 1)).toBeLessThan(0.01);
  });

  it('distance is symmetric, 0 at home, and at most half the circumference', () => {
    for (const a of ['auckland', 'anchorage', 'quito']) {
      expect(between(a, a)).toBe(0);
      for (const b of REGION_NAMES) {
        expect(between(a, b)).toBe(between(b, a));
        expect(between(a, b)).toBeLessThanOrEqual(Math.PI * 6_371_008.8);
      }
    }
    expect(distance({ latitude: 0, longitude: 0 }, { latitude: 0, longitude: 180 })).toBeCloseTo(20_015_114, 0);
  });

  it('propagation gives the known round trips of long routes', () => {
    const rtt = (a: string, b: string) => (2 * propagation(regionOf(a), regionOf(b))) / 1e6;
    expect(propagation(regionOf('oslo'), regionOf('oslo'))).toBe(0);
    // 5570 km x 2.1 / (2/3 c) x 2 = 117 ms: the rule of thumb is pessimistic on this very direct route (about 70 ms).
    expect(rtt('london', 'new-york')).toBeCloseTo(117, 0);
    expect((2 * propagation(regionOf('london'), regionOf('new-york'), 1)) / 1e6).toBeCloseTo(55.7, 0);
    expect(Number.isSafeInteger(propagation(regionOf('dublin'), regionOf('singapore')))).toBe(true);
  });

  it('local time follows the sun', () => {
    expect(localHour({ latitude: 0, longitude: 0 }, 0)).toBe(0);
    expect(localHour({ latitude: 0, longitude: 90 }, 0)).toBe(6);
    expect(localHour({ latitude: 0, longitude: -90 }, 3600)).toBe(19);
    expect(localHour(regionOf('tokyo'), 23 * 3600)).toBeCloseTo(8.31, 1);
  });
});
