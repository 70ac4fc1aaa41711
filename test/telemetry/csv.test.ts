import fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvCell, parseCsvRecord } from '../../src/telemetry/csv.ts';
import { createRecordSplitter, type FileRecord, MAX_RECORD_LENGTH } from '../../src/telemetry/records.ts';

const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', '\r\n', ' ', '#', '{', '°') });
const cells = fc.array(cell, { minLength: 1, maxLength: 5 });
// A file's first record decides what it is; an empty line, or one that begins with #, is none.
const isShown = (row: readonly string[]): boolean => {
  const text = row.map(csvCell).join(',');
  return text.trim() !== '' && !text.startsWith('#') && !text.startsWith('{');
};
const table = fc.array(cells.filter(isShown), { maxLength: 8 });
const lineEnd = fc.constantFrom('\n', '\r\n');

/** Splits the text, handed over in pieces that end where `cuts` says. */
function split(text: string, cuts: readonly number[] = []): readonly FileRecord[] {
  const splitter = createRecordSplitter();
  const ends = [...cuts.map((cut) => cut % (text.length + 1)), text.length].toSorted((a, b) => a - b);
  let from = 0;
  const records = ends.flatMap((end) => {
    const found = splitter.push(text.slice(from, end));
    from = end;
    return found;
  });
  return [...records, ...splitter.end()];
}

test('what is written as CSV is read back as it was, however it arrives', () => {
  fc.assert(
    fc.property(table, lineEnd, fc.boolean(), fc.array(fc.nat()), (rows, end, isEnded, cuts) => {
      const lines = rows.map((row) => row.map(csvCell).join(','));
      const text = lines.join(end) + (isEnded && rows.length > 0 ? end : '');
      const records = split(text, cuts);
      expect(records.map((record) => parseCsvRecord(record.text))).toEqual(rows);
      expect(records.every(({ isBroken }) => !isBroken)).toBe(true);
      const before = lines.map((_, index) => lines.slice(0, index).map((each) => each + end));
      expect(records.map(({ line }) => line)).toEqual(before.map((each) => each.join('').split('\n').length));
    }),
  );
});

test('any text gives the same records in one piece and in many, and none of it is lost unsaid', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', '"', ',', '\n', '\r\n', '#', '{', 'b\n', 'x'.repeat(30_000)),
  });
  fc.assert(
    fc.property(text, fc.array(fc.nat()), (given, cuts) => {
      const records = split(given);
      expect(split(given, cuts)).toEqual(records);
      for (const { text: found, line, isBroken } of records) {
        expect(found.length).toBeLessThanOrEqual(MAX_RECORD_LENGTH);
        const start =
          given
            .split('\n')
            .slice(0, line - 1)
            .join('\n').length + (line > 1 ? 1 : 0);
        const there = given.slice(start, start + found.length);
        expect(there).toBe(found);
        if (!isBroken) expect(given.slice(start + found.length)).toMatch(/^(?:\r?\n|$)/);
      }
    }),
  );
});

test('a quote that is never closed costs its own line', () => {
  const many = Array.from({ length: 10_000 }, (_, index) => `row,${index}`);
  const records = split(['a,b', '"x,1', ...many].join('\n'), [70_000, 80_000]);
  expect(records.slice(0, 4)).toEqual([
    { text: 'a,b', line: 1, isBroken: false },
    { text: '"x,1', line: 2, isBroken: true },
    { text: 'row,0', line: 3, isBroken: false },
    { text: 'row,1', line: 4, isBroken: false },
  ]);
  expect(records).toHaveLength(10_002);
});

test('a line that is too long is cut, and the next one is read', () => {
  const long = 'x'.repeat(3 * MAX_RECORD_LENGTH);
  const records = split(`a\n${long}\nb`, [10, MAX_RECORD_LENGTH, 2 * MAX_RECORD_LENGTH]);
  expect(records.map(({ text, line, isBroken }) => [text.length, line, isBroken])).toEqual([
    [1, 1, false],
    [MAX_RECORD_LENGTH, 2, true],
    [1, 3, false],
  ]);
});

test('the first record tells whether lines are JSON, in which quotes join no lines', () => {
  const splitter = createRecordSplitter();
  expect(splitter.push('# line 3: "\n\n{"a":"\n{"b"}\n')).toMatchObject([
    { text: '{"a":"', line: 3 },
    { text: '{"b"}', line: 4 },
  ]);
  expect(splitter.isJson()).toBe(true);
});

test.each(['a"b', '"a"b', '"a', '"a""', 'a,"b"c'])('quotes that CSV does not know are told: %s', (record) => {
  expect(parseCsvRecord(record)).toBeUndefined();
});

test.each([
  ['', ['']],
  [',', ['', '']],
  ['"",', ['', '']],
  ['"a,""b""",c', ['a,"b"', 'c']],
])('the cells of %s', (record, expected) => {
  expect(parseCsvRecord(record)).toEqual(expected);
});
