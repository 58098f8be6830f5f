import { defineBoard } from '../board.ts';
import { cortexA72, OWN_ESTIMATE } from './cores.ts';
import { PUBLISHED_ESTIMATE, publishedApplication } from './published.ts';
import { tlsCortexA72 } from './secure.ts';

export const raspberryPi4 = defineBoard({
  name: 'raspberry-pi-4',
  title: 'Raspberry Pi 4 Model B, 2 GB',
  core: 'Cortex-A72',
  kilohertz: 1_500_000,
  ramBytes: 2_147_483_648,
  systemBytes: 268_435_456,
  flashBytes: 8_589_934_592,
  fpu: 'double',
  priceUsd: 35,
  power: { compute: 3.6, transmit: 3.4, receive: 3, idle: 2.7 },
  paperWatts: undefined,
  ingressBytesPerSecond: Number.POSITIVE_INFINITY,
  own: cortexA72,
  asPublished: publishedApplication,
  tls: tlsCortexA72,
  sources: {
    clock: 'Raspberry Pi documentation: BCM2711, quad-core 1.5 GHz Cortex-A72, of which training uses one',
    memory: 'Raspberry Pi documentation: 2 GB; flash is an 8 GB card (estimate)',
    system: 'Estimate: Raspberry Pi OS without a desktop, 256 MB',
    price: 'Raspberry Pi price of the 2 GB model from February 2020, USD 35',
    power:
      'Pi Dramble benchmarks: 540 mA idle and 1280 mA with all four cores busy, at 5 V; one core and the radio states are estimates between them',
    link: 'Radio or network port of the board',
    own: OWN_ESTIMATE,
    asPublished: PUBLISHED_ESTIMATE,
    tls: 'Estimate: half of the Cortex-A7 cycles of p256-m, see boards/secure.ts',
  },
});
