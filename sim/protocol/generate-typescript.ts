import {
  comment,
  HEADER,
  hasOptional,
  isFixed,
  NOTICE,
  pascal,
  type Struct,
  structs,
  total,
} from './generate-names.ts';
import { placed } from './layout.ts';
import { NUMBERS } from './numbers.ts';
import type { FieldSpec, MessageSpec } from './spec.ts';
import { MAGIC, MESSAGES, VERSION } from './table.ts';

function record(name: string, values: Readonly<Record<string, number>>): string {
  const key = (text: string) => (/^[a-z]\w*$/i.test(text) ? text : `'${text}'`);
  const lines = Object.entries(values).map(([each, value]) => `  ${key(each)}: ${value},`);
  return `export const ${name} = {\n${lines.join('\n')}\n} as const;\n`;
}

/** `sim/protocol/frame.ts`: numbers and sizes. */
export function frameModule(): string {
  const sizes: Record<string, number> = {};
  for (const message of MESSAGES) {
    sizes[message.name] = placed(message.fields).bytes;
    if (hasOptional(message.fields)) sizes[`${message.name}Most`] = total(message.fields);
    for (const { name, fields } of message.forms ?? []) {
      sizes[`${message.name}${pascal(name)}`] = placed(fields).bytes;
      if (hasOptional(fields)) sizes[`${message.name}${pascal(name)}Most`] = total(fields);
    }
  }
  const numbers = Object.values(NUMBERS).map(
    ({ ts, about, values }) => `${comment(about, '/**')}\n${record(ts, values)}`,
  );
  return `// ${NOTICE}

/** Bytes of the header. All numbers are little-endian. */
export const HEADER_BYTES = ${HEADER.bytes};
export const MAGIC = 0x${MAGIC.toString(16)};
export const VERSION = ${VERSION};

/** Where each field of the header starts. The CRC-32 of IEEE 802.3 runs over the bytes before it and the payload. */
${record('HEADER', Object.fromEntries(HEADER.fields.map(({ field, at }) => [field.name, at])))}
/** The type byte of each message. */
${record('FRAME', Object.fromEntries(MESSAGES.map(({ name, number }) => [name, number])))}
${comment('Payload bytes of each message, without optional fields, forms and tails; a form is `<message><Form>`, with all optional fields `...Most`.', '/**')}
${record('PAYLOAD_BYTES', sizes)}
${numbers.join('\n')}
export type LearnerName = keyof typeof LEARNER;
`;
}

const PUT = { u8: '', u16: 'putU16', u32: 'putU32', f32: 'putF32' } as const;
const GET = { u8: '', u16: 'getU16', u32: 'getU32', f32: 'getF32' } as const;

/** The members of a field in the message's interface: itself, or its parts. */
function members(field: FieldSpec): { readonly name: string; readonly type: string; readonly about: string }[] {
  if (field.reserved) return [];
  if (field.bits !== undefined)
    return field.bits.map(({ name, as, about }) => ({ name, type: as === 'flag' ? 'boolean' : 'number', about }));
  const unit = field.unit === undefined ? '' : `; ${field.unit}`;
  const absent = field.when === undefined ? '' : '; 0 where it is absent';
  return [{ name: field.name, type: 'number', about: `${field.about}${unit}${absent}` }];
}

function placeOf(at: number): string {
  return at === 0 ? 'p' : `p + ${at}`;
}

function memberOf(field: FieldSpec): string {
  if (field.reserved) return '0';
  if (field.bits === undefined) return `message.${field.name}`;
  return field.bits
    .map(({ name, from, as }) =>
      as === 'flag' ? `(message.${name} ? ${1 << from} : 0)` : `((31 - Math.clz32(message.${name})) << ${from})`,
    )
    .join(' | ');
}

function putLine({ field, at }: { readonly field: FieldSpec; readonly at: number }): string {
  const put =
    field.type === 'u8'
      ? `out[${placeOf(at)}] = ${memberOf(field)};`
      : `${PUT[field.type]}(out, ${placeOf(at)}, ${memberOf(field)});`;
  return field.when === undefined
    ? `  ${put}`
    : `  if ((message.${field.when.field} & ${field.when.mask}) !== 0) ${put}`;
}

function getLines({ field, at }: { readonly field: FieldSpec; readonly at: number }): string[] {
  if (field.reserved) return [];
  const get = field.type === 'u8' ? `frame[${placeOf(at)}]!` : `${GET[field.type]}(frame, ${placeOf(at)})`;
  if (field.bits !== undefined) {
    return field.bits.map(({ name, from, as }) =>
      as === 'flag'
        ? `    ${name}: (${get} & ${1 << from}) !== 0,`
        : `    ${name}: (1 << ((${get} >>> ${from}) & 31)) >>> 0,`,
    );
  }
  if (field.when === undefined) return [`    ${field.name}: ${get},`];
  return [`    ${field.name}: (MASK & ${field.when.mask}) !== 0 ? ${get} : 0,`];
}

function reader({ name, fields }: Struct, at: string): string {
  const { fields: places } = placed(fields);
  const lines = places.flatMap((place) => {
    const by = places.find(({ field }) => field.name === place.field.when?.field);
    return getLines(place).map((line) => line.replace('MASK', by === undefined ? '' : `frame[${placeOf(by.at)}]!`));
  });
  const open = at === '' ? '  const p = HEADER_BYTES;\n' : '';
  return `export function read${pascal(name)}(frame: Uint8Array${at}): ${pascal(name)} {
${open}  return {
${lines.join('\n')}
  };
}
`;
}

function interfaceOf({ name, about, fields }: Struct): string {
  const lines = fields
    .flatMap(members)
    .flatMap((member) => [comment(sentence(member.about), '/**', '  '), `  readonly ${member.name}: ${member.type};`]);
  return `${comment(about, '/**')}\nexport interface ${pascal(name)} {\n${lines.join('\n')}\n}\n`;
}

function sentence(text: string): string {
  // A symbol keeps its letter.
  const isWord = /^[a-z]+(\W|$)/.test(text);
  return `${isWord ? text[0]!.toUpperCase() + text.slice(1) : text}.`;
}

/** Bytes of fields, as an expression of the message where one of them may be absent. */
function lengthOf(fields: readonly FieldSpec[]): string {
  const { bytes } = placed(fields);
  const when = fields.find((field) => field.when !== undefined)?.when;
  return when === undefined
    ? `${bytes}`
    : `((message.${when.field} & ${when.mask}) !== 0 ? ${total(fields)} : ${bytes})`;
}

/** Puts the fields of a form at p; answers the byte after them. */
function formWriter({ name, fields }: Struct): string {
  const { fields: places } = placed(fields);
  return `export function put${pascal(name)}(out: Uint8Array, p: number, message: ${pascal(name)}): number {
${places.map(putLine).join('\n')}
  return p + ${lengthOf(fields)};
}
`;
}

function messageWriter(message: MessageSpec): string {
  const { name, fields, round } = message;
  const { fields: places, bytes } = placed(fields);
  const roundParameter = round === 'zero' ? '' : ', round: number';
  const roundValue = round === 'zero' ? '0' : 'round';
  const given = fields.length === 0 ? '' : `, message: ${pascal(name)}`;
  const rest = isFixed(message) ? '' : ', rest: number';
  const verb = isFixed(message) ? 'write' : 'begin';
  const about = isFixed(message)
    ? `Puts a whole ${name.toUpperCase()} frame into out[0, length), its CRC to be sealed. @returns length.`
    : `Puts the header and the first fields of ${name.toUpperCase()}, which \`rest\` bytes follow. @returns where they start.`;
  return `${comment(about, '/**')}
export function ${verb}${pascal(name)}(out: Uint8Array, device: number${roundParameter}${given}${rest}): number {
  const length = ${lengthOf(fields)}${rest === '' ? '' : ' + rest'};
  const p = putHeader(out, FRAME.${name}, device, ${roundValue}, length);
${places.map((place) => `${putLine(place)}\n`).join('')}  return p + ${isFixed(message) ? 'length' : bytes};
}
`;
}

/** `sim/protocol/messages.ts` and `exchange-messages.ts`: an interface, a writer and a reader a message of a family. */
export function messagesModule(family: MessageSpec['family']): string {
  const body = MESSAGES.filter((message) => message.family === family)
    .flatMap(partsOf)
    .join('\n');
  const numbers = ['getF32', 'getU16', 'getU32', 'putF32', 'putU16', 'putU32'].filter((name) =>
    body.includes(`${name}(`),
  );
  return `// ${NOTICE}
import { ${numbers.join(', ')} } from './bytes.ts';
import { FRAME, HEADER_BYTES } from './frame.ts';
import { putHeader } from './header.ts';

// Readers take a frame whose header and length were checked.

${body}`;
}

function partsOf(message: MessageSpec): string[] {
  const { fields, forms, tail } = message;
  const all = structs(message);
  if (fields.length === 0) {
    const fixed = forms === undefined && tail === undefined;
    return fixed ? [messageWriter(message)] : all.flatMap(formParts);
  }
  return [interfaceOf(all[0]!), messageWriter(message), reader(all[0]!, ''), ...all.slice(1).flatMap(formParts)];
}

function formParts(form: Struct): string[] {
  return [interfaceOf(form), formWriter(form), reader(form, ', p: number')];
}
