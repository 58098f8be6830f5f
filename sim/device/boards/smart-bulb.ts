import { defineBoard } from '../board.ts';
import { cortexM0plus, OWN_ARM } from './cores.ts';
import { PUBLISHED_ESTIMATE, publishedM0plusOnce } from './published.ts';
import { tlsBridge } from './secure.ts';

export const smartBulb = defineBoard({
  name: 'smart-bulb',
  title: 'Zigbee lamp of the ATSAMR21E18A class (Cortex-M0+ with an 802.15.4 radio)',
  core: 'Cortex-M0+',
  kilohertz: 48_000,
  ramBytes: 32_768,
  systemBytes: 16_384,
  flashBytes: 262_144,
  fpu: 'none',
  priceUsd: 15,
  power: { compute: 0.021, transmit: 0.046, receive: 0.039, idle: 0.039 },
  paperWatts: undefined,
  ingressBytesPerSecond: 12_500,
  own: cortexM0plus,
  asPublished: publishedM0plusOnce,
  tls: tlsBridge,
  sources: {
    clock: 'SAM R21 data sheet: 48 MHz',
    memory: 'SAM R21 data sheet: 32 kB SRAM, 256 kB flash',
    system: 'Estimate: a Zigbee stack and the lamp itself take half of the RAM',
    price: 'Estimate: a lamp in a shop',
    power:
      'Estimate from the SAM R21 data sheet: transceiver at +4 dBm some 14 mA, listening some 12 mA, 3.3 V; a mains lamp routes, so it listens while idle. The light itself is left out',
    link: 'Estimate: 802.15.4 at 250 kbit/s carries about 100 kbit/s of payload',
    own: OWN_ARM,
    asPublished: PUBLISHED_ESTIMATE,
    tls: 'The bridge of the home ends TLS. Estimate, see boards/secure.ts',
  },
});
