import { defineBoard } from '../board.ts';
import { cortexA53, OWN_ESTIMATE } from './cores.ts';
import { PUBLISHED_ESTIMATE, publishedApplication } from './published.ts';
import { tlsCortexA53 } from './secure.ts';

export const raspberryPi3 = defineBoard({
  name: 'raspberry-pi-3',
  title: 'Raspberry Pi 3 Model B',
  core: 'Cortex-A53',
  kilohertz: 1_200_000,
  ramBytes: 1_073_741_824,
  systemBytes: 268_435_456,
  flashBytes: 8_589_934_592,
  fpu: 'double',
  priceUsd: 35,
  power: { compute: 2, transmit: 2.2, receive: 1.8, idle: 1.3 },
  paperWatts: undefined,
  ingressBytesPerSecond: Number.POSITIVE_INFINITY,
  own: cortexA53,
  asPublished: publishedApplication,
  tls: tlsCortexA53(1_200_000),
  sources: {
    clock: 'Raspberry Pi documentation: BCM2837, quad-core 1.2 GHz Cortex-A53, of which training uses one',
    memory: 'Raspberry Pi documentation: 1 GB; flash is an 8 GB card (estimate)',
    system: 'Estimate: Raspberry Pi OS without a desktop, 256 MB',
    price: 'Raspberry Pi launch price, USD 35',
    power:
      'Raspberry Pi documentation: bare board active 400 mA at 5 V (from memory, not re-checked); idle 260 mA (a published measurement); radio states are estimates',
    link: 'Radio or network port of the board',
    own: OWN_ESTIMATE,
    asPublished: PUBLISHED_ESTIMATE,
    tls: 'Cortex-A7 figures of p256-m, see boards/secure.ts',
  },
});
