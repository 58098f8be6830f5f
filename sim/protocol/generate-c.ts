import { CRC_AT, comment, NOTICE, type Struct, snake, structs, total, upper } from './generate-names.ts';
import { placed } from './layout.ts';
import { NUMBERS } from './numbers.ts';
import type { FieldSpec } from './spec.ts';
import { HEADER_FIELDS, MAGIC, MESSAGES, VERSION } from './table.ts';

const C_TYPES = { u8: 'uint8_t', u16: 'uint16_t', u32: 'uint32_t', f32: 'float' } as const;

function cPlace(at: number): string {
  return at === 0 ? 'p' : `p + ${at}`;
}

function cStore({ field, at }: { readonly field: FieldSpec; readonly at: number }): string {
  const name = `m->${snake(field.name)}`;
  const store = field.type === 'u8' ? `p[${at}] = ${name};` : `g2t_store_${field.type}(${cPlace(at)}, ${name});`;
  return field.when === undefined
    ? `  ${store}`
    : `  if ((m->${snake(field.when.field)} & ${field.when.mask}u) != 0u) ${store}`;
}

function cLoad({ field, at }: { readonly field: FieldSpec; readonly at: number }): string {
  const name = `m->${snake(field.name)}`;
  const load = field.type === 'u8' ? `p[${at}]` : `g2t_load_${field.type}(${cPlace(at)})`;
  const zero = field.type === 'f32' ? '0.0f' : '0u';
  if (field.when === undefined) return `  ${name} = ${load};`;
  return `  ${name} = (m->${snake(field.when.field)} & ${field.when.mask}u) != 0u ? ${load} : ${zero};`;
}

function cEnum(entries: readonly (readonly [string, number | string])[]): string {
  const text = `enum { ${entries.map(([name, value]) => `${name} = ${value}`).join(', ')} };`;
  return text.length <= 128
    ? text
    : `enum {\n${entries.map(([name, value]) => `  ${name} = ${value}`).join(',\n')}\n};`;
}

function cStruct({ name, about, fields }: Struct): string {
  const { fields: places, bytes } = placed(fields);
  const optional = places.find(({ field }) => field.when !== undefined);
  const type = `g2t_${snake(name)}_message`;
  const bits = fields.flatMap(({ bits: parts }) =>
    (parts ?? []).map(({ name: part, from, as }) =>
      as === 'flag'
        ? ([`G2T_${upper(name)}_${upper(part)}`, 1 << from] as const)
        : ([`G2T_${upper(name)}_${upper(part)}_SHIFT`, from] as const),
    ),
  );
  const sizes: [string, number][] = [[`G2T_${upper(name)}_BYTES`, bytes]];
  if (optional !== undefined) sizes.push([`G2T_${upper(name)}_MOST_BYTES`, total(fields)]);
  const lines = fields.map(
    (field) =>
      `  ${C_TYPES[field.type]} ${snake(field.name)}; /* ${field.about}${field.unit === undefined ? '' : `; ${field.unit}`} */`,
  );
  const by = places.find(({ field }) => field.name === optional?.field.when?.field);
  const length =
    optional === undefined || by === undefined
      ? ''
      : `
/* Bytes of the message whose first ${bytes} bytes are at p. */
static inline uint32_t g2t_${snake(name)}_length(const uint8_t *p) {
  return (p[${by.at}] & ${optional.field.when!.mask}u) != 0u ? ${total(fields)}u : ${bytes}u;
}
`;
  return `${comment(about, '/*')}
${cEnum(sizes)}
${bits.length === 0 ? '' : `${cEnum(bits)}\n`}typedef struct {
${lines.join('\n')}
} ${type};
${length}
static inline void g2t_${snake(name)}_store(uint8_t *p, const ${type} *m) {
${places.map(cStore).join('\n')}
}

static inline void g2t_${snake(name)}_load(const uint8_t *p, ${type} *m) {
${places.map(cLoad).join('\n')}
}
`;
}

/** `firmware/include/g2t_messages.h`. */
export function cHeader(): string {
  const types = MESSAGES.map(({ name, number }) => [`G2T_${upper(name)}`, number] as const);
  const numbers = Object.values(NUMBERS).map(
    ({ c, about, values }) =>
      `${comment(about, '/*')}\n${cEnum(Object.entries(values).map(([name, value]) => [c + upper(name), value]))}\n`,
  );
  const header: Struct = {
    name: 'header',
    about: 'The header of every frame. The CRC-32 of IEEE 802.3 runs over the bytes before it and the payload.',
    fields: HEADER_FIELDS,
  };
  return `/* ${NOTICE} */
#ifndef G2T_MESSAGES_H
#define G2T_MESSAGES_H

#include <stdint.h>

#include "g2t_bytes.h"

/* Messages between server and device. All numbers are little-endian. Every store and load moves exactly the bytes that it names. */

enum { G2T_MAGIC = 0x${MAGIC.toString(16)}, G2T_VERSION = ${VERSION}, G2T_CRC_OFFSET = ${CRC_AT} };

/* The type byte. */
typedef ${cEnum(types).replace('};', '} g2t_frame_type;')}

${numbers.join('\n')}
${[cStruct(header), ...MESSAGES.flatMap(structs).map(cStruct)].join('\n')}
#endif
`;
}
