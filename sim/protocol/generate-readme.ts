import { HEADER } from './generate-names.ts';
import { placed } from './layout.ts';
import type { FieldSpec, MessageSpec } from './spec.ts';
import { MESSAGES } from './table.ts';

function fieldText(field: FieldSpec): string {
  const { name, type, bits, when, unit } = field;
  if (field.reserved) return `0 ${type}`;
  const parts = (bits ?? []).map(({ name: part, from, as }) =>
    as === 'flag' ? `bit ${from} ${part}` : `bits ${from}-${from + 4} log2 of ${part}`,
  );
  const notes = [
    ...parts,
    ...(unit === undefined ? [] : [unit]),
    ...(when === undefined ? [] : [`where ${when.field} has bit ${Math.log2(when.mask)}`]),
  ];
  return `${name} ${type}${notes.length === 0 ? '' : ` (${notes.join(', ')})`}`;
}

function payloadText(message: MessageSpec): string {
  const parts: string[] = [];
  if (message.fields.length > 0)
    parts.push(`${placed(message.fields).bytes} B: ${message.fields.map(fieldText).join(', ')}`);
  for (const { about, fields } of message.forms ?? []) parts.push(`${about}: ${fields.map(fieldText).join(', ')}`);
  if (message.tail !== undefined) parts.push(message.tail.about);
  return parts.length === 0 ? 'none' : parts.join('; ');
}

/** The two tables of frames: header, messages. */
export function readmeTables(): string {
  const head = HEADER.fields;
  const rows = MESSAGES.map(
    (message) =>
      `| ${message.number} ${message.name.toUpperCase()} | ${message.way} | ${message.round === 'zero' ? '0' : message.round} | ${message.about} | ${payloadText(message)} |`,
  );
  return `| ${head.map(({ at }) => at).join(' | ')} |
|${head.map(() => '---|').join('')}
| ${head.map(({ field }) => `${field.name} ${field.type}`).join(' | ')} |

| type | way | \`round\` | meaning | payload |
|---|---|---|---|---|
${rows.join('\n')}
`;
}
