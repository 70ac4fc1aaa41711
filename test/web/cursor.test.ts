import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatCursor, parseCursor } from '../../src/web/cursor.ts';

const scope = fc.record({
  seriesId: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  order: fc.constantFrom('asc' as const, 'desc' as const),
});
const position = fc.record({
  measuredAt: fc.maxSafeInteger(),
  value: fc.double({ noNaN: true, noDefaultInfinity: true }),
});

test('a cursor carries order, series, microseconds and value to the last bit', () => {
  fc.assert(
    fc.property(scope, position, (of, at) => {
      const parsed = parseCursor(formatCursor(of, at));
      expect(parsed).toStrictEqual({ ...of, ...at });
    }),
  );
});

test('a cursor needs no escaping in a URL', () => {
  fc.assert(
    fc.property(scope, position, (of, at) => {
      const text = formatCursor(of, at);
      expect(encodeURIComponent(text)).toBe(text);
    }),
  );
});

test('any other text is refused without an exception', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(parseCursor(text)).toBeUndefined();
    }),
  );
});

test('bytes that no cursor has are refused, whatever their length', () => {
  const cursor = Buffer.from(
    formatCursor({ seriesId: 1, order: 'asc' }, { measuredAt: 1, value: 1 }),
    'base64url',
  );
  const changed = (offset: number, byte: number): string => {
    const copy = Buffer.from(cursor);
    copy[offset] = byte;
    return copy.toString('base64url');
  };
  expect(parseCursor(changed(0, 2)), 'another version').toBeUndefined();
  expect(parseCursor(changed(1, 2)), 'no order').toBeUndefined();
  expect(parseCursor(cursor.subarray(1).toString('base64url')), 'too short').toBeUndefined();
  expect(parseCursor(`${cursor.toString('base64url')}AA`), 'too long').toBeUndefined();
  const notFinite = Buffer.from(cursor);
  notFinite.writeDoubleBE(Number.NaN, 14);
  expect(parseCursor(notFinite.toString('base64url')), 'NaN').toBeUndefined();
  const beyondDates = Buffer.from(cursor);
  beyondDates.writeBigInt64BE(2n ** 62n, 6);
  expect(parseCursor(beyondDates.toString('base64url')), 'no date').toBeUndefined();
});
