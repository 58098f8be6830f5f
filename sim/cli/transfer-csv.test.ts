import { describe, expect, it } from 'vitest';
import { readTransferCsv } from './transfer-csv.ts';

const REST = { tls: false, seed: 1, runs: 300 };
const HEAD = 'rtt_s,rate_bit_per_s,packet_loss,flows,size_bytes';
const read = (text: string) => readTransferCsv({ file: 'a.csv', bytes: new TextEncoder().encode(text) }, REST);

describe('readTransferCsv', () => {
  it('reads columns by name, quoted or not, and leaves others alone', () => {
    const text =
      '\uFEFFflows,"a note",rtt_s,rate_bit_per_s,packet_loss,"size_bytes"\r\n3,"x, ""y""",0.05,1e6,"0.01",2000\r\n';
    expect(read(text)).toEqual([{ rttS: 0.05, rateBitPerS: 1e6, loss: 0.01, flows: 3, sizeBytes: 2000, ...REST }]);
  });

  it('leaves comments and blank lines out', () => {
    expect(read(`# it is "measured"\n\n${HEAD}\n# one\n0.1,1e6,0,1,5\n  \n  # two\n0.2,1e6,0,1,5\n`)).toHaveLength(2);
  });

  it.each([
    ['a column that is not there', 'rtt_s,flows\n', 'a.csv:1: expected a column rate_bit_per_s, got rtt_s, flows'],
    [
      'a column twice',
      `${HEAD},flows\n1,1,1,1,1,2\n`,
      'a.csv:1:6: expected another name for every column, got flows for columns 4 and 6',
    ],
    ['no rows', `${HEAD}\n`, 'a.csv: expected rows, got none'],
    ['an empty file', '', 'a.csv: expected rows, got none'],
    ['text', `${HEAD}\n0.1,1e6,x,1,5\n`, 'a.csv:2:packet_loss: expected a number, got "x"'],
    ['a hexadecimal number', `${HEAD}\n0.1,1e6,0,0x1,5\n`, 'a.csv:2:flows: expected a number, got "0x1"; a number is'],
    ['a short row', `${HEAD}\n\n0.1,1e6,0\n`, 'a.csv:3: expected 5 columns, got 3'],
    ['a value out of range', `${HEAD}\n0.1,1e6,2,1,5\n`, 'a.csv:2: expected the packet loss to be 0 to 0.9, got 2'],
    ['a fault behind comments', `#\n${HEAD}\n# "\n\n#\n0.1,1e6,x,1,5\n`, 'a.csv:6:packet_loss:'],
    [
      'a fault behind line ends within quotes',
      `${HEAD},note\n0.1,1e6,0,1,5,"one\r\n\r\nthree"\n0.1,1e6,x,1,5,\n`,
      'a.csv:5:packet_loss:',
    ],
  ])('refuses %s with its place', (_, text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});
