import { cHeader } from './generate-c.ts';
import { readmeTables } from './generate-readme.ts';
import { frameModule, messagesModule } from './generate-typescript.ts';

/** The generated files by path from the root of the project, each from its present text. */
export const generatedFiles: Readonly<Record<string, (present: string) => string>> = {
  'sim/protocol/frame.ts': frameModule,
  'sim/protocol/messages.ts': () => messagesModule(undefined),
  'sim/protocol/exchange-messages.ts': () => messagesModule('exchange'),
  'firmware/include/g2t_messages.h': cHeader,
  'firmware/README.md': (present) => between(present, readmeTables()),
};

const MARKS = ['<!-- messages: begin -->', '<!-- messages: end -->'] as const;

function between(text: string, table: string): string {
  const [from, to] = MARKS.map((mark) => text.indexOf(mark)) as [number, number];
  if (from < 0 || to < from) throw new Error(`Expected ${MARKS.join(' and ')} in the text, got a text without them`);
  return `${text.slice(0, from + MARKS[0].length)}\n\n${table}\n${text.slice(to)}`;
}
