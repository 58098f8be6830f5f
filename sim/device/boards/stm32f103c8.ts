import { defineBoard } from '../board.ts';
import { cortexM3, OWN_ARM } from './cores.ts';
import { PUBLISHED_COUNTED, publishedM3 } from './published.ts';
import { MODEM_BYTES_PER_SECOND, TLS_MODEM, tlsModem } from './secure.ts';

export const stm32f103c8 = defineBoard({
  name: 'stm32f103c8',
  title: 'STM32F103C8 (Blue Pill) with a Wi-Fi modem',
  core: 'Cortex-M3',
  kilohertz: 72_000,
  ramBytes: 20_480,
  systemBytes: 3072,
  flashBytes: 65_536,
  fpu: 'none',
  priceUsd: 5,
  power: { compute: 0.119, transmit: 0.746, receive: 0.439, idle: 0.051 },
  paperWatts: 0.175,
  ingressBytesPerSecond: MODEM_BYTES_PER_SECOND,
  own: cortexM3,
  asPublished: publishedM3,
  tls: tlsModem,
  sources: {
    clock: 'STM32F103x8 data sheet (DS5319): 72 MHz',
    memory: 'STM32F103x8 data sheet (DS5319): 20 kB SRAM, 64 kB flash',
    system: 'Estimate: stack 2 kB, UART buffers 1 kB',
    price: 'Estimate: Blue Pill about USD 2, ESP-AT module about USD 3',
    power:
      'STM32F103x8 data sheet, run mode at 72 MHz with all peripherals 36 mA, sleep 14.4 mA, 3.3 V (from memory of the document, not re-checked); plus an ESP32 modem at 3.3 V (transmission 190 mA, reception 97 mA: ESP32 data sheet, 802.11g) while the radio works; its light sleep 0.9 mA while idle (ESP-WROOM-32 data sheet, DTIM3)',
    link: 'Estimate: UART at 921,600 baud to the modem',
    own: OWN_ARM,
    asPublished: PUBLISHED_COUNTED,
    tls: TLS_MODEM,
  },
});
