import { describe, expect, it } from 'vitest';
import { InputError } from '../kernel/errors.ts';
import { simulateTransfers, type TransferRow } from './transfer.ts';

const row: TransferRow = {
  rttS: 0.06,
  rateBitPerS: 2e6,
  loss: 0,
  flows: 1,
  sizeBytes: 1000,
  tls: false,
  seed: 1,
  runs: 200,
};

const mean = (given: Partial<TransferRow>) => simulateTransfers([{ ...row, ...given }])[0]!.mean_completion_s;

describe('simulateTransfers', () => {
  it('takes a round trip and a half and what the packets take at the bottleneck and on the 1 Gbit/s before it', () => {
    const packets = 58 + 58 + 54 + 1054;
    expect(mean({})).toBeCloseTo(0.09 + (packets * 8) / 2e6 + ((58 + 58 + 54) * 8) / 1e9, 7);
  });

  it('adds TLS: a round trip, 4.5 kB, HTTP and a record', () => {
    const [plain, https] = [mean({}), mean({ tls: true })];
    const bytes = 400 + 54 + 4100 + 3 * 54 + 180 + 22;
    expect(https - plain).toBeCloseTo(0.06 + (bytes * 8) / 2e6, 3);
  });

  it('averages over losses: a lost SYN costs 3 s, a lost last packet 1 s', () => {
    const [clean, lossy] = [mean({}), mean({ loss: 0.01, runs: 2000 })];
    expect(lossy - clean).toBeGreaterThan(0.04 * 0.9);
    expect(lossy - clean).toBeLessThan(0.0405 * 1.1);
  });

  it('knows its own error', () => {
    const results = [1, 2, 3, 4, 5, 6, 7, 8].map(
      (seed) => simulateTransfers([{ ...row, loss: 0.03, sizeBytes: 50_000, seed }])[0]!,
    );
    const means = results.map((result) => result.mean_completion_s);
    const middle = means.reduce((a, b) => a + b) / 8;
    const spread = Math.sqrt(means.reduce((sum, x) => sum + (x - middle) * (x - middle), 0) / 7);
    expect(spread).toBeLessThan(2.5 * results[0]!.stderr_s);
    expect(spread).toBeGreaterThan(results[0]!.stderr_s / 2.5);
  });

  it('gives a row the same result whatever stands beside it', () => {
    const lossy = { ...row, loss: 0.02, sizeBytes: 30_000 };
    const alone = simulateTransfers([lossy])[0];
    expect(simulateTransfers([row, { ...row, flows: 9 }, lossy])[2]).toEqual(alone);
  });

  it.each([
    [{ loss: 1 }, 'transfer 1: expected the packet loss to be 0 to 0.9, got 1'],
    [{ loss: Number.NaN }, 'transfer 1: expected the packet loss to be 0 to 0.9, got NaN'],
    [{ flows: 0 }, 'transfer 1: expected the number of flows to be 1 to 10000, whole, got 0'],
    [{ sizeBytes: 1.5 }, 'transfer 1: expected the size in bytes to be 1 to 1000000000, whole, got 1.5'],
    [{ rateBitPerS: 0 }, 'transfer 1: expected the rate in bit/s to be 1 to 1000000000000, got 0'],
    [{ rttS: -1 }, 'transfer 1: expected the round trip in s to be 0 to 100, got -1'],
  ])('refuses %o', (given, message) => {
    expect(() => simulateTransfers([{ ...row, ...given }])).toThrow(new InputError(message));
  });
});
