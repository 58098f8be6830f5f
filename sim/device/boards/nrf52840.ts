import { defineBoard } from '../board.ts';
import { cortexM4F, OWN_ARM } from './cores.ts';
import { PUBLISHED_COUNTED, publishedM4F } from './published.ts';
import { TLS_MEASURED, tlsCortexM4 } from './secure.ts';

export const nrf52840 = defineBoard({
  name: 'nrf52840',
  title: 'Adafruit Feather nRF52840',
  core: 'Cortex-M4F',
  kilohertz: 64_000,
  ramBytes: 262_144,
  systemBytes: 65_536,
  flashBytes: 1_048_576,
  fpu: 'single',
  priceUsd: 24.95,
  power: { compute: 0.0099, transmit: 0.0192, receive: 0.0188, idle: 0.00001 },
  paperWatts: 0.175,
  ingressBytesPerSecond: Number.POSITIVE_INFINITY,
  own: cortexM4F,
  asPublished: publishedM4F,
  tls: tlsCortexM4,
  sources: {
    clock: 'nRF52840 Product Specification: 64 MHz Arm Cortex-M4 with FPU',
    memory: 'nRF52840 Product Specification: 256 kB RAM, 1 MB flash',
    system: 'Estimate: radio stack (OpenThread or SoftDevice), buffers and stack, 64 kB',
    price: 'Adafruit list price of the Feather nRF52840 Express, USD 24.95',
    power:
      'nRF52840 Product Specification, DC/DC, 3 V: CPU running CoreMark from flash 3.3 mA, radio at 0 dBm 6.40 mA, reception 6.26 mA; idle with RAM kept some 3 uA. Chip alone. From memory of the document, not re-checked',
    link: 'Estimate: radio on the chip (IPv6 over Thread or BLE); what carries it on is the link of the scenario',
    own: OWN_ARM,
    asPublished: PUBLISHED_COUNTED,
    tls: TLS_MEASURED,
  },
});
