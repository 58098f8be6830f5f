import { describe, expect, it } from 'vitest';
import { type CsvForm, readCsv } from './csv.ts';
import { MISSING_WORDS } from './missing.ts';

const form: CsvForm = {
  header: 'auto',
  label: 'last',
  separator: ',',
  missing: 'error',
  'missing-words': MISSING_WORDS,
};
const file = (text: string, name = 'a.csv'): { file: string; bytes: Uint8Array } => ({
  file: name,
  bytes: new TextEncoder().encode(text),
});
const read = (text: string, changes: Partial<CsvForm> = {}) =>
  readCsv(file(text), undefined, { ...form, ...changes }).train;

describe('readCsv', () => {
  it('reads features and classes; samples are numbered within a class', () => {
    const table = read('p,q,kind\n1,2,b\n3,4.5,a\n-5,6e1,b\n');
    expect(table.classNames).toEqual(['a', 'b']);
    expect([...table.x]).toEqual([1, 2, 3, 4.5, -5, 60]);
    expect([...table.y]).toEqual([1, 0, 1]);
    expect([...table.sample]).toEqual([1, 1, 2]);
  });

  it('takes the class column by place or by name', () => {
    expect([...read('kind,p\n7,1\n8,2\n', { label: 'first' }).x]).toEqual([1, 2]);
    expect([...read('p,kind,q\n1,7,2\n3,8,4\n', { label: 'kind' }).x]).toEqual([1, 2, 3, 4]);
    expect([...read('1;a\n2;b\n', { header: false, separator: ';' }).x]).toEqual([1, 2]);
  });

  it('sorts classes as numbers when all of them are', () => {
    expect(read('p,k\n1,10\n1,9\n1,2\n').classNames).toEqual(['2', '9', '10']);
  });

  it('takes quotes, blanks, carriage returns, empty lines and a byte order mark', () => {
    const table = read('\uFEFF"p","kind, really"\r\n 1 ,"a, b"\r\n\r\n2, c\r\n');
    expect(table.classNames).toEqual(['a, b', 'c']);
    expect([...table.x]).toEqual([1, 2]);
  });

  it('leaves rows with missing values out when told to, and says so', () => {
    const table = read('p,q,k\n1,2,a\n?,2,a\n3,,b\n4,NA,b\n5,6,b\n', { missing: 'drop' });
    expect([...table.x]).toEqual([1, 2, 5, 6]);
    expect(table.notes).toEqual(['a.csv: 3 rows with missing values left out']);
    expect(() => read('p,k\n?,a\n', { missing: 'drop' })).toThrow(
      'a.csv: expected rows, got only rows with missing values (1)',
    );
  });

  it.each([
    [
      'a missing value',
      'p,ca,k\n1,2,a\n1,?,b\n',
      'a.csv:3:ca: expected a number, got a missing value ("?"); `missing: drop`',
    ],
    ['a missing class', 'p,k\n1,\n', 'a.csv:2:k: expected a class, got a missing value'],
    ['text for a number', 'p,k\n1,a\nx1,b\n', 'a.csv:3:p: expected a finite number, got "x1"'],
    ['an infinite number', 'p,k\n1e400,a\n', 'a.csv:2:p: expected a finite number, got "1e400"'],
    ['a ragged row', 'p,q,k\n1,2,a\n1,2\n', 'a.csv:3: expected 3 columns, got 2'],
    ['one column', 'p\n1\n', 'a.csv:1: expected at least 2 columns between ",", got 1'],
    ['no rows', 'p,k\n', 'a.csv: expected rows, got none'],
    ['an empty file', '', 'a.csv: expected rows, got none'],
    [
      'an open quote',
      'p,k\n1,"a\n2,b\n',
      'a.csv:2:3: expected a closing quote, got the end of the file; the field begins',
    ],
    [
      'text behind a quote',
      'p,k\n1,"a"b\n',
      'a.csv:2:3: expected a separator or the end of the line after the closing quote, got "\\"a\\"b"',
    ],
    ['a quote within a field', 'p,k\n1,5" pipe\n', 'a.csv:2:3: expected quotes around the whole field, and doubled'],
  ])('refuses %s with its place', (_, text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it('refuses an unknown class column, naming those that are there', () => {
    expect(() => read('p,q\n1,2\n', { label: 'num' })).toThrow(
      'a.csv:1: expected a column named num for the class, got p, q',
    );
    expect(() => read('1,2\n', { label: 'num', header: false })).toThrow('no header');
  });

  it('reads a second file with the classes of both', () => {
    const { train, test } = readCsv(file('p,k\n1,b\n2,c\n'), file('p,k\n3,a\n', 'b.csv'), form);
    expect([train.classNames, [...train.y]]).toEqual([
      ['a', 'b', 'c'],
      [1, 2],
    ]);
    expect([...test!.y]).toEqual([0]);
    expect(() => readCsv(file('p,k\n1,b\n'), file('p,q,k\n3,4,a\n', 'b.csv'), form)).toThrow(
      'b.csv:1: expected the columns of a.csv (p, k) in any order, got others (q)',
    );
  });
});
