import { readUnpacked } from '../files/read.ts';
import { EXIT, InputError } from '../kernel/errors.ts';
import { formatQuantity } from '../kernel/quantity.ts';
import { simulateTransfers, TRANSFER_RUNS, type TransferResult, type TransferRow } from '../net/transfer.ts';
import type { Io } from './io.ts';
import { pairs, textTable } from './text-table.ts';
import { readTransferCsv } from './transfer-csv.ts';
import { type Arguments, flag, quantityOption, text, wholeNumber } from './usage.ts';

/** What one question on the command line is made of; a CSV file says it row by row instead. */
const SINGLE = ['rtt', 'rate', 'loss', 'flows', 'size'] as const;

/** The network model alone: how long equal uploads over one bottleneck take. */
export async function run(args: Arguments, io: Io): Promise<number> {
  const csv = text(args, 'csv');
  const rest = {
    tls: !flag(args, 'no-tls'),
    seed: wholeNumber(args, 'seed', { min: 0, max: Number.MAX_SAFE_INTEGER }) ?? 1,
    runs: wholeNumber(args, 'runs', { min: 1, max: 1_000_000 }) ?? TRANSFER_RUNS,
  };
  const rows =
    csv === undefined ? [singleRow(args, rest)] : readTransferCsv({ file: csv, bytes: readUnpacked(csv) }, rest);
  if (csv !== undefined) {
    const both = SINGLE.find((name) => text(args, name) !== undefined);
    if (both !== undefined) throw new InputError(`--${both}: expected none beside --csv, whose rows say it`);
  }
  const results = simulateTransfers(rows);
  if (flag(args, 'json')) io.stdout.write(`${JSON.stringify({ rows: results })}\n`);
  else io.stdout.write(csv === undefined ? single(results[0]!) : table(rows, results));
  return EXIT.done;
}

function singleRow(args: Arguments, rest: Pick<TransferRow, 'tls' | 'seed' | 'runs'>): TransferRow {
  return {
    rttS: quantityOption(args, 'rtt', 'time', { max: 100 }) ?? missing('rtt', 'a time such as 60 ms'),
    rateBitPerS: quantityOption(args, 'rate', 'rate') ?? missing('rate', 'a rate such as 2 Mbit/s'),
    loss: quantityOption(args, 'loss', 'share', { max: 0.9 }) ?? 0,
    flows: wholeNumber(args, 'flows', { min: 1, max: 10_000 }) ?? 1,
    sizeBytes: quantityOption(args, 'size', 'size', { min: 1, max: 1e9 }) ?? missing('size', 'a size such as 10 kB'),
    ...rest,
  };
}

function missing(name: string, what: string): never {
  throw new InputError(`--${name}: expected ${what}, got nothing`);
}

function single(result: TransferResult): string {
  const error = result.stderr_s > 0 ? ` (standard error ${formatQuantity(result.stderr_s, 'time')})` : '';
  return pairs([
    ['mean', `${formatQuantity(result.mean_completion_s, 'time')}${error}`],
    ['last', formatQuantity(result.last_completion_s, 'time')],
    ['on the wire', formatQuantity(result.bytes_on_wire, 'size')],
    ['sent again', `${Number(result.retransmissions.toPrecision(4))} segments`],
  ]);
}

function table(rows: readonly TransferRow[], results: readonly TransferResult[]): string {
  const seconds = (x: number) => x.toPrecision(4);
  const lines = rows.map((row, i) => [
    formatQuantity(row.rttS, 'time'),
    formatQuantity(row.rateBitPerS, 'rate'),
    formatQuantity(row.loss, 'share'),
    String(row.flows),
    formatQuantity(row.sizeBytes, 'size'),
    seconds(results[i]!.mean_completion_s),
    seconds(results[i]!.last_completion_s),
  ]);
  return textTable(['RTT', 'rate', 'loss', 'flows', 'size', 'mean_s', 'last_s'], lines);
}
