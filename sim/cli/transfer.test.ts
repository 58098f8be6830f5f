import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { g2t } from './fixture.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'g2t-transfer-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function rowsOf(...argv: string[]): Promise<{ mean_completion_s: number; last_completion_s: number }[]> {
  const { code, stdout, stderr } = await g2t(['transfer', ...argv, '--json']);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout).rows;
}

const ONE = ['--rtt', '60ms', '--rate', '2Mbit/s', '--flows', '4', '--size', '10kB'];

describe('g2t transfer', () => {
  it('answers one question', async () => {
    const [row] = await rowsOf(...ONE, '--no-tls');
    // Four times 10 kB at 2 Mbit/s take at least 0.16 s, after a handshake of 60 ms.
    expect(row!.mean_completion_s).toBeGreaterThan(0.1);
    expect(row!.last_completion_s).toBeGreaterThan(0.22);
    expect(row!.last_completion_s).toBeLessThan(0.4);
    const [withTls] = await rowsOf(...ONE);
    expect(withTls!.mean_completion_s).toBeGreaterThan(row!.mean_completion_s + 0.06);
    const { stdout } = await g2t(['transfer', ...ONE]);
    expect(stdout).toMatch(/^mean +[\d.]+ ms\nlast +[\d.]+ ms\non the wire +[\d.]+ kB\nsent again +0 segments\n$/);
  });

  it('answers a CSV in its order, other columns and column order left alone', async () => {
    const file = join(folder, 'rows.csv');
    writeFileSync(
      file,
      'note,size_bytes,flows,packet_loss,rate_bit_per_s,rtt_s\nx,1000000,1,0,2000000,0.06\ny,1000,1,0,2000000,0.06\n',
    );
    const rows = await rowsOf('--csv', file, '--no-tls');
    expect(rows).toHaveLength(2);
    expect(rows[0]!.mean_completion_s).toBeGreaterThan(4);
    expect(rows[1]!.mean_completion_s).toBeLessThan(0.2);
    const [alone] = await rowsOf('--rtt', '60 ms', '--rate', '2 Mbit/s', '--size', '1 kB', '--no-tls');
    expect(rows[1]).toEqual(alone);
    const { stdout } = await g2t(['transfer', '--csv', file]);
    expect(stdout.split('\n')).toHaveLength(4);
    expect(stdout).toMatch(/^ *RTT +rate +loss +flows +size +mean_s +last_s\n/);
  });

  it('gives the same for the same seed, and another for another', async () => {
    const lossy = [...ONE, '--loss', '2 %', '--runs', '5'];
    expect(await rowsOf(...lossy)).toEqual(await rowsOf(...lossy, '--seed', '1'));
    expect(await rowsOf(...lossy, '--seed', '2')).not.toEqual(await rowsOf(...lossy));
  });

  it.each<[string, string]>([
    ['', '--rtt: expected a time such as 60 ms, got nothing'],
    ['--rtt 60', '--rtt: expected a time with its unit, such as 20 ms, got the bare number 60'],
    ['--rtt 60ms', '--rate: expected a rate such as 2 Mbit/s, got nothing'],
    ['--rtt 60ms --rate 2Mbit/s --loss 95%', '--loss: expected 0 % to 90 %, got 95%'],
    ['--rtt 60ms --rate 2Mbit/s --flows 0', '--flows: expected a whole number from 1 to 10000, got 0'],
    ['--rtt 60ms --rate 2Mbit/s --size 0B', '--size: expected 1 B to 1 GB, got 0B'],
    ['--csv nowhere.csv', 'cannot read nowhere.csv: no such file or folder'],
    ['--csv package.json', 'package.json:1: expected a column rtt_s, got "{"'],
    ['--csv nowhere.csv --rtt', '--rtt: expected a value, got nothing'],
  ])('refuses %s', async (line, message) => {
    const { code, stdout, stderr } = await g2t(['transfer', ...line.split(' ').filter((word) => word !== '')]);
    expect([code, stdout, stderr]).toEqual([2, '', `${message}\n`]);
  });

  it('names the line and the column of a bad cell', async () => {
    const file = join(folder, 'bad.csv');
    writeFileSync(file, 'rtt_s,rate_bit_per_s,packet_loss,flows,size_bytes\n0.1,1e6,0,1,1000\n0.1,fast,0,1,1000\n');
    const { code, stderr } = await g2t(['transfer', '--csv', file]);
    expect([code, stderr]).toEqual([2, `${file}:3:rate_bit_per_s: expected a number, got "fast"\n`]);
  });
});
