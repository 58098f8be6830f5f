import { placed, sizeOf } from './layout.ts';
import type { FieldSpec, MessageSpec } from './spec.ts';
import { HEADER_FIELDS } from './table.ts';

// Shared by what is written from the table of messages.

export const NOTICE = 'Generated from sim/protocol/table.ts by `npm run messages`: change the table, not this file.';
export const HEADER = placed(HEADER_FIELDS);
export const CRC_AT = HEADER.fields.at(-1)!.at;

export const pascal = (name: string): string => name[0]!.toUpperCase() + name.slice(1);
export const snake = (name: string): string =>
  name.replaceAll('-', '_').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
export const upper = (name: string): string => snake(name).toUpperCase();

/** A message, or one of its forms, as code knows it. */
export interface Struct {
  readonly name: string;
  readonly about: string;
  readonly fields: readonly FieldSpec[];
}

export function structs(message: MessageSpec): Struct[] {
  const forms = (message.forms ?? []).map(({ name, about, fields }) => ({
    name: `${message.name}${pascal(name)}`,
    about: `${message.name.toUpperCase()}, ${about}.`,
    fields,
  }));
  const way = { up: 'device to server', down: 'server to device', port: 'port to device' }[message.way];
  const about = `${message.name.toUpperCase()}, ${way}. ${message.about}`;
  return message.fields.length === 0 ? forms : [{ name: message.name, about, fields: message.fields }, ...forms];
}

/** Whether a message is its fields and nothing else. */
export function isFixed({ forms, tail }: MessageSpec): boolean {
  return forms === undefined && tail === undefined;
}

export function hasOptional(fields: readonly FieldSpec[]): boolean {
  return fields.some(({ when }) => when !== undefined);
}

/** Bytes with all optional fields. */
export function total(fields: readonly FieldSpec[]): number {
  const { field, at } = placed(fields).fields.at(-1)!;
  return at + sizeOf(field);
}

const WIDTH = 110;

/** A comment from `open` on, on one line or on as many as it takes. */
export function comment(text: string, open: string, indent = ''): string {
  const whole = `${indent}${open} ${text} */`;
  if (whole.length <= WIDTH) return whole;
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > WIDTH) lines.push(`${indent} * ${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return `${indent}${open}\n${lines.join('\n')}\n${indent} */`;
}
