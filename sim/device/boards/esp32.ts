import { defineBoard } from '../board.ts';
import { OWN_ESTIMATE, xtensaLx6 } from './cores.ts';
import { publishedLx6 } from './published.ts';
import { tlsLx6 } from './secure.ts';

export const esp32 = defineBoard({
  name: 'esp32',
  title: 'ESP32 (ESP-WROOM-32)',
  core: 'Xtensa LX6',
  kilohertz: 240_000,
  ramBytes: 532_480,
  systemBytes: 294_912,
  flashBytes: 4_194_304,
  fpu: 'single',
  priceUsd: 3,
  power: { compute: 0.162, transmit: 0.627, receive: 0.322, idle: 0.003 },
  paperWatts: 0.175,
  ingressBytesPerSecond: Number.POSITIVE_INFINITY,
  own: xtensaLx6,
  asPublished: publishedLx6,
  tls: tlsLx6,
  sources: {
    clock: 'ESP32 data sheet: 240 MHz, two cores, of which training uses one',
    memory: 'ESP32 data sheet: 520 kB SRAM; 4 MB flash on the module',
    system: 'Estimate: instruction RAM, FreeRTOS, Wi-Fi and lwIP leave about 230 kB',
    price: 'The paper calls it a 3 $ chip (AAAI-22 abstract of Opt-OVO)',
    power:
      'ESP32 data sheet, 3.3 V: modem sleep with the CPU at 240 MHz 30 to 68 mA (49 taken), 802.11g transmission 190 mA, reception 95 to 100 mA; idle 0.9 mA associated, DTIM3',
    link: 'Wi-Fi on the chip',
    own: OWN_ESTIMATE,
    asPublished:
      'The 6.2 ms of the AAAI-22 abstract, no instruction count (boards/published.ts); the whole number of passes by algorithms G2',
    tls: 'Estimate from the Cortex-M4 figures of p256-m, see boards/secure.ts',
  },
});
