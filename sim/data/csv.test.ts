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
      'a.csv:2:6: expected a separator or the end of the line after the closing quote, got "b"',
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

  it.each([
    [
      'UTF-16 by its mark',
      [0xff, 0xfe, 0x61, 0x00],
      'a.csv:1:1: expected UTF-8 text, got UTF-16 (by its byte order mark)',
    ],
    [
      'UTF-16 without one',
      [0x61, 0, 0x2c, 0, 0x62, 0, 0x0a, 0],
      'a.csv:1:2: expected UTF-8 text, got UTF-16 (every other',
    ],
    ['a NUL byte', [0x61, 0x2c, 0x62, 0x0a, 0x31, 0x00], 'a.csv:2:2: expected UTF-8 text, got a NUL byte'],
    ['Latin-1', [0x61, 0x2c, 0x62, 0x0a, 0x31, 0x2c, 0xfc], 'a.csv:2:3: expected UTF-8 text, got the byte 0xfc; save'],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => readCsv({ file: 'a.csv', bytes: Uint8Array.from(bytes) }, undefined, form)).toThrow(message);
  });

  it('reads RFC 4180: doubled quotes, and separators and line ends within quotes', () => {
    const table = read('"a""x","b\r\nc",k\r\n1,"2","p, ""q"""\r\n3,4,"two\nlines"\r\n');
    expect(table.classNames).toEqual(['p, "q"', 'two\nlines']);
    expect([...table.x]).toEqual([1, 2, 3, 4]);
    expect(() => read('p,k\n1,"a\r\n\r\nb"\n\nx,c\n')).toThrow('a.csv:6:p:');
  });

  it('tells lines that end in a separator, in CR alone, or otherwise than the first', () => {
    const trailing = 'the line ends in a separator: its last column is empty';
    expect(() => read('p,k,\n1,a,\n')).toThrow(
      'a.csv:1:3: expected a name for every column, got none; a line that ends in a separator has an empty last column',
    );
    expect(() => read('p,k\n1,a,\n')).toThrow(`a.csv:2: expected 2 columns, got 3; ${trailing}`);
    expect(() => read('1,2,\n')).toThrow(`a.csv:1:3: expected a class, got a missing value (""); ${trailing}`);
    expect(() => read('1,2,\n3,4,\n', { missing: 'drop' })).toThrow(`only rows with missing values (2); ${trailing}`);
    expect(() => read('p,k\r1,a\r')).toThrow('a.csv:1:4: expected lines that end in LF or CRLF, got a CR alone');
    expect(() => read('p,k\n1,a\r2,b\n')).toThrow('a.csv:2:4: expected lines that end in LF or CRLF');
    expect(read('p,k\n1,"a\rb"\n').classNames).toEqual(['a\rb']);
  });

  it('names another separator that the first line has', () => {
    expect(() => read('p;q;k\n1;2;a\n')).toThrow(
      'a.csv:1: expected at least 2 columns between ",", got 1; it has ";": `separator` says which character it is',
    );
    expect(() => read('"p";"q";"k"\n1;2;a\n')).toThrow(
      'a.csv:1:4: expected a separator or the end of the line after the closing quote, got ";\\"q\\";\\"k\\""; `separator` says',
    );
    expect(() => read('"p,q,k"\n"1,2,a"\n')).toThrow('got 1; the whole line is in quotes');
  });

  it('numbers labels by value and names them once', () => {
    const table = read('p,k\n1,1\n2,1.0\n3,+1\n4,1e0\n5,01\n6,-0\n7,0.0\n8,.5\n9,10\n');
    expect(table.classNames).toEqual(['0', '0.5', '1', '10']);
    expect([...table.y]).toEqual([2, 2, 2, 2, 2, 0, 0, 1, 3]);
    expect(read('p,k\n1,1.0\n2,cat\n3,1\n').classNames).toEqual(['1', 'cat']);
    expect(read('p,k\n1,inf\n2,cat\n').classNames).toEqual(['cat', 'inf']);
    expect(() => read('p,k\n1,inf\n2,1\n')).toThrow('labels that are finite numbers, or names, got inf among numbers');
    // A double cannot tell these two apart.
    expect(read('p,k\n1,9007199254740993\n2,9007199254740992\n3,+9007199254740993.0\n').classNames).toEqual([
      '9007199254740992',
      '9007199254740993',
    ]);
  });

  it('takes the same words for missing in features and labels, from a list that can be set', () => {
    for (const word of MISSING_WORDS) {
      for (const row of [`${word},a`, `2,${word}`]) {
        const drop = read(`p,k\n1,a\n${row}\n3,b\n`, { missing: 'drop' });
        expect([drop.classNames, [...drop.x]]).toEqual([
          ['a', 'b'],
          [1, 3],
        ]);
        expect(() => read(`p,k\n1,a\n${row}\n`)).toThrow(
          /^a\.csv:3:[pk]: expected a (number|class), got a missing value/,
        );
      }
    }
    const own = { missing: 'drop', 'missing-words': [-999, 'gone'] } as const;
    expect([...read('p,k\n-999.0,a\n1,gone\n2,-9.99e2\n,a\n3,NA\n', own).x]).toEqual([3]);
    expect(() => read('p,k\nNA,a\n', own)).toThrow('a.csv:2:p: expected a finite number, got "NA"');
  });

  it.each([
    ['a decimal comma', '"1,5"', 'expected a finite number, got "1,5"; a number has a decimal point'],
    ['thousands', "1'000", 'a number has a decimal point and no separator of thousands'],
    ['an infinite number', 'inf', 'expected a finite number, got "inf"'],
    ['a hexadecimal number', '0x1F', 'got "0x1F"; a number is written in decimal'],
    ['digits with blanks', '1 000', 'a number has a decimal point and no separator of thousands'],
    ['underscores', '1_000', 'expected a finite number, got "1_000"'],
    ['another minus', '\u22121', 'the minus sign is -'],
    ['a number past 32-bit floats', '3.5e38', 'expected a number that a 32-bit float holds, got "3.5e38"'],
  ])('refuses %s', (_, field, message) => {
    expect(() => read(`p,k\n${field},a\n`)).toThrow(message);
    expect(() => read(`p,k\n${field},a\n`)).toThrow('a.csv:2:p:');
  });

  it('reads the largest float and its longer spelling', () => {
    expect(read('p,k\n3.4028234663852886e38,a\n-3.40282347e+38,a\n').x).toHaveLength(2);
  });
});

describe('the header', () => {
  it.each<[string, string, Partial<CsvForm>, number]>([
    ['names', 'p,q,k\n1,2,a\n', {}, 1],
    ['numbers', '5.1,3.5,setosa\n4.9,3,virginica\n', {}, 2],
    ['numbers and a label that is a name of its own', '1,2,label\n3,4,0\n', {}, 2],
    ['numbers and missing values', '1,?,a\n3,4,b\n', { missing: 'drop' }, 1],
    ['missing values alone', ',NA,a\n3,4,b\n', { missing: 'drop' }, 1],
    ['names and missing words', 'p,NA,k\n3,4,b\n', {}, 1],
    ['quoted numbers', '"1","2","a"\n', {}, 1],
    ['a label of numbers, first', 'k,p\n1,2\n', { label: 'first' }, 1],
    ['numbers that are asked to be names', '1,2,k\n3,4,a\n', { header: true }, 1],
    ['numbers, where the label is given by name', '1,2,k\n3,4,a\n', { label: 'k' }, 1],
    ['numbers, and no header is asked for', '1,2,k\n3,4,a\n', { header: false }, 2],
  ])('is told from rows: %s', (_, text, changes, rows) => {
    expect(read(text, changes).y).toHaveLength(rows);
  });

  it('is noted where it was decided that there is none', () => {
    expect(read('1,a\n').notes).toEqual(['a.csv: no header; the first line is a row']);
    expect(read('1,a\n', { header: false }).notes).toEqual([]);
  });

  it.each<[string, string, Partial<CsvForm>, string]>([
    [
      'names and numbers in one',
      '5.1,x3.5,a\n4.9,3,b\n',
      {},
      'a.csv:1: expected either names or numbers in the first line, got both ("5.1" and "x3.5"); `header: true` or `header: false`',
    ],
    ['a number in another notation', '1,inf,a\n', {}, 'a.csv:1:2: expected a finite number, got "inf"'],
    ['a decimal comma in the first line', '1;1,5;a\n', { separator: ';' }, 'a.csv:1:2: expected a finite number'],
    ['names where rows were announced', 'p,k\n1,a\n', { header: false }, '`header: true` where the first line names'],
    [
      'a name twice',
      'k,p,k\n1,2,3\n',
      {},
      'a.csv:1:3: expected another name for every column, got k for columns 1 and 3',
    ],
    ['an empty name', ',p,k\n1,2,3\n', {}, 'a.csv:1:1: expected a name for every column, got none'],
    [
      'a column named last that is not',
      'open,last,k\n1,2,a\n',
      {},
      'a.csv:1:2: expected the last column to be the class, got a column named last that is not the last',
    ],
  ])('is refused with %s', (_, text, changes, message) => {
    expect(() => read(text, changes)).toThrow(message);
  });

  it('is quoted in messages where it is no plain name', () => {
    expect(() => read('"two\nlines",k\nx,a\n')).toThrow('a.csv:3:"two\\nlines": expected a finite number');
  });
});

describe('a second file', () => {
  const both = (train: string, test: string, changes: Partial<CsvForm> = {}) =>
    readCsv(file(train), file(test, 'b.csv'), { ...form, ...changes });

  it('has the classes of both', () => {
    const { train, test } = both('p,k\n1,b\n2,c\n', 'p,k\n3,a\n');
    expect([train.classNames, [...train.y]]).toEqual([
      ['a', 'b', 'c'],
      [1, 2],
    ]);
    expect([...test!.y]).toEqual([0]);
    expect(both('p,k\n1,1\n2,2\n', 'p,k\n3,1.0\n').test!.classNames).toEqual(['1', '2']);
  });

  it('has its columns matched by name, the class too', () => {
    for (const label of ['last', 'k']) {
      const { test } = both('p,q,k\n1,2,a\n', 'k,q,p\na,20,10\n', { label });
      expect([[...test!.x], [...test!.y]]).toEqual([[10, 20], [0]]);
      expect(() => both('p,q,k\n1,2,a\n', 'k,q,p\na,20,x\n', { label })).toThrow('b.csv:2:p: expected a finite number');
    }
  });

  it.each<[string, string, string, string]>([
    [
      'other names',
      'p,q,k\n1,2,a\n',
      'p,r,k\n1,2,a\n',
      'b.csv:1: expected the columns of a.csv (p, q, k) in any order, got no q and others (r)',
    ],
    ['fewer names', 'p,q,k\n1,2,a\n', 'p,k\n1,a\n', 'got no q'],
    ['more names', 'p,k\n1,a\n', 'p,q,k\n1,2,a\n', 'got others (q)'],
    ['a name twice', 'p,q,k\n1,2,a\n', 'p,q,q,k\n1,2,3,a\n', 'b.csv:1:3: expected another name for every column'],
    ['no header', 'p,q,k\n1,2,a\n', '1,2,a\n', 'got a first line with none of them (1, 2, a)'],
    [
      'a header of its own',
      '1,2,a\n',
      'p,q,k\n1,2,a\n',
      'b.csv:1: expected no header as in a.csv, got names (p, q, k)',
    ],
    ['another number of columns', '1,2,a\n', '1,a\n', 'b.csv:1: expected 3 columns as in a.csv, got 2'],
  ])('is refused with %s', (_, train, test, message) => {
    expect(() => both(train, test)).toThrow(message);
  });
});
