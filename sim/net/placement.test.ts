import { describe, expect, it } from 'vitest';
import { accessPointUse, networkOptions, resolveNetwork } from './options.ts';
import { type PlacedGroup, placeFleet, placementFault } from './placement.ts';

const network = resolveNetwork(
  networkOptions.parse({
    server: { region: 'dublin', up: '1 Gbit/s', down: '1 Gbit/s' },
    'access-points': { 'home-1': { rate: '10 Mbit/s' } },
  }),
);
const group = (own: Partial<PlacedGroup>): PlacedGroup => ({ count: 1, region: ['dublin'], link: 'home-wifi', ...own });

describe('placement', () => {
  it('numbers devices group after group, regions in turn', () => {
    const placement = placeFleet(network, [
      group({ count: 3, region: ['singapore', 'dublin'] }),
      group({ count: 2, region: ['dublin'], link: '4g' }),
    ]);
    expect(placement.devices).toBe(5);
    expect(placement.regions).toEqual(['singapore', 'dublin']);
    expect([...placement.region]).toEqual([0, 1, 0, 1, 1]);
    expect([...placement.profile].map((profile) => network.profiles[profile]!.name)).toEqual([
      'home-wifi',
      'home-wifi',
      'home-wifi',
      '4g',
      '4g',
    ]);
    expect([...placement.accessPoint]).toEqual([-1, -1, -1, -1, -1]);
  });

  it('a named access point is shared between groups; one that is not listed has the default rate', () => {
    const placement = placeFleet(network, [
      group({ count: 2, 'access-point': 'home-1' }),
      group({ count: 1, 'access-point': 'attic' }),
      group({ count: 1, 'access-point': 'home-1' }),
    ]);
    expect([...placement.accessPoint]).toEqual([0, 0, 1, 0]);
    expect(placement.accessPoints.map(({ name, rate }) => [name, rate])).toEqual([
      ['home-1', 10e6],
      ['attic', 40e6],
    ]);
  });

  it('every so many devices of a region share one of their own', () => {
    const use = accessPointUse.parse({ per: 2, rate: '5 Mbit/s' });
    const placement = placeFleet(network, [
      group({ count: 7, region: ['dublin', 'paris'], 'access-point': use }),
      group({ count: 1, 'access-point': use }),
    ]);
    // dublin: devices 0 2 4 6, paris: 1 3 5.
    expect([...placement.accessPoint]).toEqual([0, 1, 0, 1, 2, 3, 2, 4]);
    expect(placement.accessPoints.every(({ rate }) => rate === 5e6)).toBe(true);
    expect(placement.accessPoints.map(({ region }) => placement.regions[region])).toEqual([
      'dublin',
      'paris',
      'dublin',
      'paris',
      'dublin',
    ]);
  });

  it('says what cannot be placed', () => {
    expect(placementFault(network, group({}))).toBeUndefined();
    expect(placementFault(network, group({ link: 'carrier-pigeon' }))).toMatchObject({ key: 'link' });
    expect(placementFault(network, group({ link: 'lte-m', 'access-point': 'home-1' }))).toMatchObject({
      key: 'access-point',
      message: 'expected a link that can be shared, got lte-m',
    });
    expect(
      placementFault(network, group({ region: ['dublin', 'paris'], 'access-point': 'home-1' }))?.message,
    ).toContain('one region');
  });
});
