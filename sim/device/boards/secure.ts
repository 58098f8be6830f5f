import type { TlsCosts } from '../board.ts';

/**
 * TLS 1.3 as a client, in software: a key pair, a shared secret and two ECDSA verifications (CertificateVerify and one
 * certificate under a stored root) on P-256; resumed (psk_dhe_ke): a key pair and a shared secret. Times of p256-m, which
 * ships in Mbed TLS (its README, "Runtime performance": key pair, shared secret, verify): Cortex-M0 at 48 MHz 921, 922,
 * 1976 ms; Cortex-M4 at 100 MHz 145, 144, 309 ms; Cortex-A7 at 900 MHz 11, 11, 24 ms; i7-6500U at 2.5 GHz 1060, 1060, 2279 us.
 * Hashing and parsing are not counted. Assembler makes it several times faster (wolfSSL, STM32_Benchmarks.md: an M0+ at 64
 * MHz verifies in 349 ms).
 *
 * Records: ChaCha20-Poly1305 on a Cortex-M4 at 64 MHz 1.06 MB/s (same file, STM32WB55 without hardware): 60 cycles a byte.
 * RAM: 35 to 45 kB at the peak of a handshake with certificates (Mbed TLS); 40 kB is taken.
 */
export const tlsCortexM4: TlsCosts = {
  place: 'board',
  kilohertz: 64_000,
  fullCycles: 90_700_000,
  resumedCycles: 28_900_000,
  cyclesPerByte: 60,
  ramBytes: 40_960,
};

/** Estimate: 1.3 times the Cortex-M4's cycles; no published P-256 figure for the LX6 in software was found. */
export const tlsLx6: TlsCosts = {
  place: 'board',
  kilohertz: 240_000,
  fullCycles: 118_000_000,
  resumedCycles: 37_600_000,
  cyclesPerByte: 78,
  ramBytes: 40_960,
};

/** A Wi-Fi modem of the ESP-AT kind: an ESP32 that ends TLS and hands plain bytes on over a UART. The board spends nothing. */
export const tlsModem: TlsCosts = { ...tlsLx6, place: 'modem', cyclesPerByte: 0, ramBytes: 0 };

/** A Zigbee bridge that speaks for its lamps: a 650 MHz class router CPU at the Cortex-A7's cycles. Estimate. */
export const tlsBridge: TlsCosts = {
  place: 'bridge',
  kilohertz: 650_000,
  fullCycles: 63_000_000,
  resumedCycles: 19_800_000,
  cyclesPerByte: 0,
  ramBytes: 0,
};

/** The Cortex-A7's measured cycles, taken for an A53 too; 20 cycles a byte of ChaCha20-Poly1305 is an estimate. */
export function tlsCortexA53(kilohertz: number): TlsCosts {
  return {
    place: 'board',
    kilohertz,
    fullCycles: 63_000_000,
    resumedCycles: 19_800_000,
    cyclesPerByte: 20,
    ramBytes: 65_536,
  };
}

/** Half the Cortex-A7's cycles. Estimate. */
export const tlsCortexA72: TlsCosts = {
  place: 'board',
  kilohertz: 1_500_000,
  fullCycles: 31_500_000,
  resumedCycles: 9_900_000,
  cyclesPerByte: 10,
  ramBytes: 65_536,
};

/** The i7-6500U's measured cycles (the same core, one generation before); 2 cycles a byte of AES-GCM with AES-NI is an estimate. */
export const tlsSkylake: TlsCosts = {
  place: 'board',
  kilohertz: 1_900_000,
  fullCycles: 16_695_000,
  resumedCycles: 5_300_000,
  cyclesPerByte: 2,
  ramBytes: 65_536,
};

export const TLS_MEASURED = 'p256-m (Mbed TLS) README and wolfSSL STM32_Benchmarks.md, see boards/secure.ts';
export const TLS_MODEM =
  'No radio and too little RAM for TLS beside training: an external ESP-AT modem ends it. Estimate';

/** 921,600 baud, 10 bits a byte: what a UART to an external modem carries. Estimate: ESP-AT starts at 115,200 and can be set higher. */
export const MODEM_BYTES_PER_SECOND = 92_160;
