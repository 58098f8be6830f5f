import { defineBoard } from '../board.ts';
import { cortexA53, OWN_ESTIMATE } from './cores.ts';
import { PUBLISHED_ESTIMATE, publishedApplication } from './published.ts';
import { tlsCortexA53 } from './secure.ts';

export const smartSpeaker = defineBoard({
  name: 'smart-speaker',
  title: 'Smart speaker of the Sonos One (Gen 2) class',
  core: 'Cortex-A53',
  kilohertz: 1_400_000,
  ramBytes: 1_073_741_824,
  systemBytes: 536_870_912,
  flashBytes: 4_294_967_296,
  fpu: 'double',
  priceUsd: 199,
  power: { compute: 4.5, transmit: 4.8, receive: 4.4, idle: 3.8 },
  paperWatts: undefined,
  ingressBytesPerSecond: Number.POSITIVE_INFINITY,
  own: cortexA53,
  asPublished: publishedApplication,
  tls: tlsCortexA53(1_400_000),
  sources: {
    clock: 'Sonos One (Gen 2) specification: quad-core 1.4 GHz A53, of which training uses one',
    memory: 'Sonos One (Gen 2) specification: 1 GB SDRAM, 4 GB NV (from memory, not re-checked)',
    system: 'Estimate: half of the RAM',
    price: 'List price at launch, USD 199',
    power: 'Estimate: some 4 W idle on Wi-Fi, and the core and radio on top',
    link: 'Radio or network port of the board',
    own: OWN_ESTIMATE,
    asPublished: PUBLISHED_ESTIMATE,
    tls: 'Cortex-A7 figures of p256-m, see boards/secure.ts',
  },
});
