import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { formatQuantity } from '../kernel/quantity.ts';
import { LIMITS } from './limits.ts';

/** The row of the README's table of bounds that begins so. */
function row(start: string): string {
  const lines = readFileSync('sim/net/README.md', 'utf8').split('\n');
  return lines.find((line) => line.startsWith(`| ${start}`))!.split('|')[2]!;
}

it('are those of the README', () => {
  const time = (seconds: number) => formatQuantity(seconds, 'time').replace(/^60 s$/, '1 min');
  const size = (bytes: number) => formatQuantity(bytes, 'size');
  const { latency, delay, serverLatency, condition, dwell, dailyStep, timeOut, header, segment, packetHeader } = LIMITS;
  expect(row('latency of a link')).toContain(`at most ${time(latency.max)} `);
  expect(row('`delay`')).toContain(` to ${time(delay.max)} `);
  expect(row('latency of the server')).toContain(` to ${time(serverLatency.max)} `);
  expect(row('how long a condition')).toContain(`at least ${time(condition.min)} `);
  expect(row('dwell time')).toContain(`at least ${time(dwell.min)} `);
  expect(row('step of a daily')).toContain(`${time(dailyStep.min)} to ${time(dailyStep.max)} `);
  expect(row('`min-rto`')).toContain(`${time(timeOut.min)} to ${time(timeOut.max)} `);
  expect(row('headers and')).toContain(`${size(header.min)} to ${size(header.max)} `);
  expect(row('`segment`')).toContain(`${size(segment.min)} to ${size(segment.max)} `);
  expect(row('`packet-header`')).toContain(`${size(packetHeader.min)} to ${size(packetHeader.max)} `);
});
