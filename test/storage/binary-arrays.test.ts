import fc from 'fast-check';
import { beforeAll, afterAll, expect, test } from 'vitest';
import {
  Float8Array,
  Int4Array,
  readFloat8Array,
  readTimestamptzArray,
  TimestamptzArray,
} from '../../src/storage/binary-arrays.ts';
import { EARLIEST_TIME } from '../../src/telemetry/time.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.drop());

function filled(
  ArrayOf: new (length: number) => { push(value: number): void; readonly parameter: Buffer },
  values: readonly number[],
): Buffer {
  const array = new ArrayOf(values.length);
  for (const value of values) array.push(value);
  return array.parameter;
}

async function roundTrip(type: string, parameter: Buffer, shown: string): Promise<unknown[]> {
  const { rows } = await database.pool.query<{ shown: unknown }>(
    `SELECT ${shown} AS shown FROM unnest($1::${type}[]) WITH ORDINALITY AS input (value, position) ORDER BY position`,
    [parameter],
  );
  return rows.map((row) => row.shown);
}

test('int4[] arrives as it was sent', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer()), async (values) => {
      expect(await roundTrip('int4', filled(Int4Array, values), 'value')).toEqual(values);
    }),
    { numRuns: 50 },
  );
});

test('float8[] arrives to the last bit', async () => {
  const values = fc.array(
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
  );
  await fc.assert(
    fc.asyncProperty(values, async (sent) => {
      expect(await roundTrip('float8', filled(Float8Array, sent), 'value')).toEqual(sent);
    }),
    { numRuns: 50 },
  );
});

test('timestamptz[] arrives to the microsecond, before and after 2000', async () => {
  const times = fc.array(fc.integer({ min: -EARLIEST_TIME, max: 4_000_000_000_000_000 }));
  await fc.assert(
    fc.asyncProperty(times, async (sent) => {
      const shown = '(extract(epoch FROM value) * 1000000)::text';
      const received = await roundTrip('timestamptz', filled(TimestamptzArray, sent), shown);
      expect(received.map(Number)).toEqual(sent);
    }),
    { numRuns: 50 },
  );
});

test('what PostgreSQL writes as an array is read to the last bit', async () => {
  const pairs = fc.array(
    fc.record({
      time: fc.integer({ min: -EARLIEST_TIME, max: 4_000_000_000_000_000 }),
      value: fc.double({ noNaN: true }),
    }),
    { minLength: 1 },
  );
  await fc.assert(
    fc.asyncProperty(pairs, async (sent) => {
      const times = sent.map(({ time }) => time);
      const values = sent.map(({ value }) => value);
      const { rows } = await database.pool.query<{ times: Buffer; values: Buffer }>(
        'SELECT array_send($1::timestamptz[]) AS times, array_send($2::float8[]) AS values',
        [filled(TimestamptzArray, times), filled(Float8Array, values)],
      );
      expect([...readTimestamptzArray(rows[0]!.times)]).toEqual(times);
      expect([...readFloat8Array(rows[0]!.values)]).toEqual(values);
    }),
    { numRuns: 50 },
  );
});
