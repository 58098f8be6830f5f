import { getF32, getU16, getU32 } from './bytes.ts';
import type { FieldSpec, NumberType } from './spec.ts';

/** Where the fields of the table lie. */

const SIZES = { u8: 1, u16: 2, u32: 4, f32: 4 } as const satisfies Record<NumberType, number>;

export function sizeOf(field: FieldSpec): number {
  return SIZES[field.type];
}

export interface PlacedField {
  readonly field: FieldSpec;
  /** From the start of the fields, bytes. */
  readonly at: number;
}

/** Fields one after another, and the bytes of those that are always there. Fields that may be absent stand last. */
export function placed(fields: readonly FieldSpec[]): {
  readonly fields: readonly PlacedField[];
  readonly bytes: number;
} {
  let at = 0;
  let bytes = 0;
  const places = fields.map((field) => {
    const place = { field, at };
    at += sizeOf(field);
    if (field.when === undefined) bytes = at;
    return place;
  });
  return { fields: places, bytes };
}

/** The fields that are present in bytes[at, ...) with their values, in order, and the byte after the last. */
export function readFields(
  fields: readonly FieldSpec[],
  bytes: Uint8Array,
  at: number,
): { readonly values: readonly { readonly field: FieldSpec; readonly value: number }[]; readonly end: number } {
  const values: { field: FieldSpec; value: number }[] = [];
  let end = at;
  for (const field of fields) {
    const { when } = field;
    const by = values.find((other) => other.field.name === when?.field);
    if (when !== undefined && ((by?.value ?? 0) & when.mask) === 0) continue;
    values.push({ field, value: readNumber(field.type, bytes, end) });
    end += sizeOf(field);
  }
  return { values, end };
}

function readNumber(type: NumberType, bytes: Uint8Array, at: number): number {
  switch (type) {
    case 'u8':
      return bytes[at]!;
    case 'u16':
      return getU16(bytes, at);
    case 'u32':
      return getU32(bytes, at);
    case 'f32':
      return getF32(bytes, at);
  }
}
