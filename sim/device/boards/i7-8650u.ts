import { defineBoard } from '../board.ts';
import { OWN_ESTIMATE, skylake } from './cores.ts';
import { PUBLISHED_ESTIMATE, publishedApplication } from './published.ts';
import { TLS_MEASURED, tlsSkylake } from './secure.ts';

export const i78650u = defineBoard({
  name: 'i7-8650u',
  title: 'Laptop with an Intel Core i7-8650U',
  core: 'Kaby Lake R',
  kilohertz: 1_900_000,
  ramBytes: 17_179_869_184,
  systemBytes: 4_294_967_296,
  flashBytes: 274_877_906_944,
  fpu: 'double',
  priceUsd: 700,
  power: { compute: 18.5, transmit: 6, receive: 6, idle: 5 },
  paperWatts: 18.5,
  ingressBytesPerSecond: Number.POSITIVE_INFINITY,
  own: skylake,
  asPublished: publishedApplication,
  tls: tlsSkylake,
  sources: {
    clock: 'Intel ARK: base frequency 1.90 GHz (turbo 4.20 GHz left out), one core used',
    memory: 'Estimate: 16 GB of RAM, 256 GB SSD',
    system: 'Estimate: the operating system, 4 GB',
    price: 'The 700 $ that the paper compares with (algorithms B.8)',
    power:
      'Computing: 18.5 W, which the papers imply for their CPU (algorithms B.8; Intel ARK: TDP 15 W); other states are estimates',
    link: 'Radio or network port of the board',
    own: OWN_ESTIMATE,
    asPublished: PUBLISHED_ESTIMATE,
    tls: TLS_MEASURED,
  },
});
