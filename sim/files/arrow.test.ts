import { describe, expect, it } from 'vitest';
import { TableBuilder } from '../metrics/builder.ts';
import { type Table, tableFromArrays } from '../metrics/table.ts';
import { DEVICES_TABLE, FRAMES_TABLE, METRICS_TABLE } from '../metrics/tables.ts';
import { readArrow, writeArrow } from './arrow.ts';

const METADATA = { seed: '7', name: 'test', versions: '{"globe2train":"0.1.0"}' };

function metrics(rows: number): Table {
  const builder = new TableBuilder(METRICS_TABLE);
  for (let i = 0; i < rows; i++) {
    builder.set(builder.at.at_s, i / 3);
    builder.set(builder.at.tasks_done, i);
    builder.set(builder.at.online, 3_000_000_000 + i);
    if (i > 4) builder.set(builder.at.accuracy, 1 - 1 / i);
    builder.endRow();
  }
  return builder.build();
}

function frames(): Table {
  const builder = new TableBuilder(FRAMES_TABLE);
  ['HELLO', 'TASK', 'HELLO'].forEach((type, i) => {
    builder.set(builder.at.at_s, i);
    builder.set(builder.at.device, i);
    builder.setText(builder.at.direction, i === 1 ? 'down' : 'up');
    builder.setText(builder.at.type, type);
    builder.set(builder.at.check, i);
    builder.setBytes(
      builder.at.bytes,
      Uint8Array.from({ length: i * 40 }, (_, b) => b + i),
    );
    builder.endRow();
  });
  return builder.build();
}

function mixed(): Table {
  const definition = {
    name: 'mixed',
    description: 'integers, truth and text beyond ASCII',
    columns: [
      { name: 'i', type: 'i32', unit: '1', description: '' },
      { name: 'b', type: 'bool', unit: '1', description: '' },
      { name: 't', type: 'utf8', unit: '', description: '' },
    ],
  } as const;
  const n = 77;
  return tableFromArrays(definition, {
    i: Int32Array.from({ length: n }, (_, r) => r - 40),
    b: Uint8Array.from({ length: n }, (_, r) => (r % 3 === 0 ? 1 : 0)),
    t: Array.from({ length: n }, (_, r) => ['São Paulo', '東京', ''][r % 3]!),
  });
}

describe('Arrow files', () => {
  it.each([
    ['numbers with missing values', metrics(500)],
    ['no missing values', mixed()],
    ['binary and text', frames()],
    ['no rows', metrics(0)],
  ])('read back what was written: %s', async (_, whole) => {
    const { table, metadata } = await readArrow(await writeArrow(whole, METADATA), 'x.arrow');
    expect(table).toEqual({ ...whole, columns: whole.columns.map(({ optional: _o, ...column }) => column) });
    expect(metadata).toEqual({ ...METADATA, schema: '1', table: whole.name, description: whole.description });
  });

  it('are the same bytes each time, whatever the bits of a NaN', async () => {
    const table = metrics(20);
    const first = await writeArrow(table, METADATA);
    const accuracy = table.columns[2] as { readonly values: Float64Array };
    new BigUint64Array(accuracy.values.buffer)[0] = 0xfff8_0000_0000_0001n;
    expect(Buffer.compare(await writeArrow(table, METADATA), first)).toBe(0);
    const { seed: _, ...other } = METADATA;
    expect(Buffer.compare(await writeArrow(table, { ...other, seed: '8' }), first)).not.toBe(0);
  });

  it('are uncompressed and end in the magic of the file format', async () => {
    const bytes = await writeArrow(metrics(1000), METADATA);
    expect(new TextDecoder().decode(bytes.subarray(0, 6))).toBe('ARROW1');
    expect(new TextDecoder().decode(bytes.subarray(-6))).toBe('ARROW1');
    expect(bytes.length).toBeGreaterThan(1000 * 10 * 8);
  });

  it('say which file is none', async () => {
    await expect(readArrow(new TextEncoder().encode('id,name\n1,a\n'), 'd/devices.arrow')).rejects.toThrow(
      /cannot read d\/devices.arrow: expected an Arrow IPC file/,
    );
    await expect(readArrow(new Uint8Array(0), 'empty')).rejects.toThrow(/cannot read empty/);
  });

  it('keep unit and description with every column', async () => {
    const { tableFromIPC } = await import('apache-arrow');
    const { schema } = tableFromIPC(await writeArrow(metrics(1), METADATA));
    expect(schema.fields[0]!.metadata.get('unit')).toBe('s');
    expect(schema.metadata.get('seed')).toBe('7');
    expect(DEVICES_TABLE.columns.length).toBeGreaterThan(20);
  });
});
