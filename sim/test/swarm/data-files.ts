import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { AUSLAN_CHANNELS, AUSLAN_PER_WEEK, AUSLAN_SIGNS, AUSLAN_WEEKS } from '../../data/auslan.ts';
import { Chance } from './chance.ts';

/** The keys of `dataset: { name: csv }` that say how a file is written, for each that `writeDataFiles` writes. */
export const CSV_FILES: readonly {
  readonly path: string;
  readonly test?: string;
  readonly header?: boolean;
  readonly separator?: string;
  readonly label?: string;
}[] = [
  { path: 'plain.csv', test: 'plain-test.csv' },
  { path: 'plain.csv', label: 'kind' },
  { path: 'semicolons.csv', separator: ';', label: 'first', header: false },
];

export const IDX_FILES = {
  train: { images: 'idx/images', labels: 'idx/labels' },
  test: { images: 'idx/test-images', labels: 'idx/test-labels' },
};

const CLASSES = 3;
const PIXELS = [4, 4] as const;

/** Writes small made-up data sets of every kind that a scenario reads from files. The same bytes every time. */
export function writeDataFiles(folder: string): void {
  const chance = new Chance(1, 'swarm.data');
  const write = (name: string, content: string | Uint8Array): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  };
  const rows = (count: number): { readonly kind: number; readonly values: number[] }[] =>
    Array.from({ length: count }, (_, row) => {
      const kind = row % CLASSES;
      return { kind, values: [0, 1, 2, 3].map((feature) => kind * (feature + 1) + chance.share()) };
    });
  const text = ({ kind, values }: { readonly kind: number; readonly values: number[] }) => ({
    kind: `kind-${kind}`,
    numbers: values.map((value) => value.toFixed(3)),
  });
  for (const [name, count] of [['plain.csv', 45] as const, ['plain-test.csv', 12] as const]) {
    const lines = rows(count).map((row) => [...text(row).numbers, text(row).kind].join(','));
    write(name, `a,b,c,d,kind\n${lines.join('\n')}\n`);
  }
  write(
    'semicolons.csv',
    rows(30)
      .map((row) => [row.kind + 1, ...text(row).numbers].join(';'))
      .join('\n'),
  );

  for (const [prefix, count] of [['', 40] as const, ['test-', 12] as const]) {
    const labels = Array.from({ length: count }, (_, row) => row % 10);
    const images = labels.flatMap((label) =>
      Array.from({ length: PIXELS[0] * PIXELS[1] }, (_, pixel) => (pixel === label ? 255 : chance.whole(0, 60))),
    );
    write(`idx/${prefix}images`, idx([count, ...PIXELS], images));
    write(`idx/${prefix}labels`, idx([count], labels));
    const mnist = prefix === '' ? 'train' : 't10k';
    write(`mnist/${mnist}-images-idx3-ubyte.gz`, gzipSync(idx([count, ...PIXELS], images)));
    write(`mnist/${mnist}-labels-idx1-ubyte.gz`, gzipSync(idx([count], labels)));
  }
  write('auslan.csv.gz', gzipSync(auslan(chance)));
}

/** A file of unsigned bytes: magic number, sizes (big-endian), content. */
function idx(sizes: readonly number[], content: readonly number[]): Uint8Array {
  const head = new DataView(new ArrayBuffer(4 + 4 * sizes.length));
  head.setUint32(0, 0x0800 + sizes.length);
  sizes.forEach((size, n) => {
    head.setUint32(4 + 4 * n, size);
  });
  return Uint8Array.from([...new Uint8Array(head.buffer), ...content]);
}

/** Every sign and sample, one or two frames each. */
function auslan(chance: Chance): string {
  const channels = Array.from({ length: AUSLAN_CHANNELS }, (_, j) => `f${j + 1}`);
  const lines = [['sign', 'sample', 'frame', ...channels].join(',')];
  for (let sign = 0; sign < AUSLAN_SIGNS; sign++) {
    for (let sample = 1; sample <= AUSLAN_WEEKS * AUSLAN_PER_WEEK; sample++) {
      for (let frame = 1; frame <= 1 + (sample % 2); frame++) {
        const values = channels.map((_, j) => (((sign * (j + 3)) % 17) / 8 + chance.share() / 4).toFixed(2));
        lines.push([`sign${String(sign).padStart(2, '0')}`, sample, frame, ...values].join(','));
      }
    }
  }
  return `${lines.join('\n')}\n`;
}
