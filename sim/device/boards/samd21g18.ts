import { defineBoard } from '../board.ts';
import { cortexM0plus, OWN_ARM } from './cores.ts';
import { PUBLISHED_COUNTED, publishedM0plus } from './published.ts';
import { MODEM_BYTES_PER_SECOND, TLS_MODEM, tlsModem } from './secure.ts';

export const samd21g18 = defineBoard({
  name: 'samd21g18',
  title: 'ATSAMD21G18 (METRO M0 Express) with a Wi-Fi modem',
  core: 'Cortex-M0+',
  kilohertz: 48_000,
  ramBytes: 32_768,
  systemBytes: 4096,
  flashBytes: 262_144,
  fpu: 'none',
  priceUsd: 27.95,
  power: { compute: 0.021, transmit: 0.648, receive: 0.341, idle: 0.01 },
  paperWatts: 0.175,
  ingressBytesPerSecond: MODEM_BYTES_PER_SECOND,
  own: cortexM0plus,
  asPublished: publishedM0plus,
  tls: tlsModem,
  sources: {
    clock: 'SAM D21 data sheet (DS40001882): 48 MHz',
    memory: 'SAM D21 data sheet (DS40001882): 32 kB SRAM, 256 kB flash',
    system: 'Estimate: stack 2 kB, USB and UART buffers 2 kB',
    price: 'Adafruit list price of the METRO M0 Express, USD 24.95, and an ESP-AT module about USD 3 (estimate)',
    power:
      'Estimate from the SAM D21 data sheet: CoreMark at 48 MHz some 6.4 mA, IDLE some 2 mA, 3.3 V; plus an ESP32 modem at 3.3 V (transmission 190 mA, reception 97 mA: ESP32 data sheet, 802.11g) while the radio works; its light sleep 0.9 mA while idle (ESP-WROOM-32 data sheet, DTIM3)',
    link: 'Estimate: UART at 921,600 baud to the modem',
    own: OWN_ARM,
    asPublished: PUBLISHED_COUNTED,
    tls: TLS_MODEM,
  },
});
