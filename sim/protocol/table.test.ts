import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as exchange from './exchange-messages.ts';
import { FRAME, HEADER_BYTES } from './frame.ts';
import { generatedFiles } from './generate.ts';
import { placed, readFields, sizeOf } from './layout.ts';
import * as messages from './messages.ts';
import type { FieldSpec } from './spec.ts';
import { HEADER_FIELDS, MESSAGES } from './table.ts';

const SEED = { seed: 20_261_128, numRuns: 200 };

describe('the table of messages', () => {
  it.each(Object.entries(generatedFiles))('%s is what is generated from it; else: npm run messages', (name, write) => {
    const text = readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
    expect(text).toBe(write(text));
  });

  it('has one number and one name a message, and one name a field', () => {
    expect(new Set(MESSAGES.map(({ number }) => number)).size).toBe(MESSAGES.length);
    expect(new Set(MESSAGES.map(({ name }) => name)).size).toBe(MESSAGES.length);
    for (const { fields, forms } of MESSAGES) {
      for (const form of [[], ...(forms ?? []).map((each) => each.fields)]) {
        const names = [...fields, ...form].flatMap(({ name, bits }) => [
          name,
          ...(bits ?? []).map((part) => part.name),
        ]);
        expect(new Set(names).size).toBe(names.length);
      }
    }
  });

  it('has optional fields last, each after the field that tells of it', () => {
    const all = MESSAGES.flatMap(({ fields, forms }) => [fields, ...(forms ?? []).map((form) => form.fields)]);
    for (const fields of all) {
      const first = fields.findIndex(({ when }) => when !== undefined);
      if (first < 0) continue;
      for (const { when } of fields.slice(first)) {
        expect(fields.slice(0, first).map(({ name }) => name)).toContain(when?.field);
      }
    }
  });

  it('is read alike by the generated readers and field by field', () => {
    const readers = { ...messages, ...exchange } as unknown as Record<
      string,
      (frame: Uint8Array, p?: number) => object
    >;
    let compared = 0;
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), (frame) => {
        for (const { name, fields, forms } of MESSAGES) {
          const structs = [
            { suffix: '', fields },
            ...(forms ?? []).map((form) => ({ suffix: pascal(form.name), fields: form.fields })),
          ];
          for (const each of structs) {
            const reader = readers[`read${pascal(name)}${each.suffix}`];
            if (each.fields.length === 0) continue;
            const at = each.suffix === '' ? HEADER_BYTES : HEADER_BYTES + 7;
            const { values } = readFields(each.fields, frame, at);
            expect(reader!(frame, at)).toEqual(membersOf(each.fields, values));
            compared++;
          }
        }
      }),
      SEED,
    );
    expect(compared).toBeGreaterThan(10 * SEED.numRuns);
  });

  it('places the fields of the header and of every message without gaps', () => {
    for (const fields of [HEADER_FIELDS as readonly FieldSpec[], ...MESSAGES.map((message) => message.fields)]) {
      let next = 0;
      for (const { field, at } of placed(fields).fields) {
        expect(at).toBe(next);
        next = at + sizeOf(field);
      }
    }
    expect(Object.keys(FRAME)).toEqual(MESSAGES.map(({ name }) => name));
  });
});

function pascal(name: string): string {
  return name[0]!.toUpperCase() + name.slice(1);
}

/** What a generated reader should give for values that were read field by field. */
function membersOf(fields: readonly FieldSpec[], values: ReturnType<typeof readFields>['values']): object {
  const members: Record<string, number | boolean> = {};
  for (const field of fields) {
    const value = values.find((each) => each.field === field)?.value ?? 0;
    if (field.reserved) continue;
    if (field.bits === undefined) members[field.name] = value;
    for (const { name, from, as } of field.bits ?? [])
      members[name] = as === 'flag' ? ((value >>> from) & 1) === 1 : (1 << ((value >>> from) & 31)) >>> 0;
  }
  return members;
}
