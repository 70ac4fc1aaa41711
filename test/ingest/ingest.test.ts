import type { Pool } from 'pg';
import { beforeEach, describe, expect, test } from 'vitest';
import { replayMessages } from '../../src/cli/replay-messages.ts';
import { createImporter } from '../../src/storage/import-readings.ts';
import { useTestDatabase } from '../support/database.ts';
import { useIngest } from '../support/ingest.ts';

let pool: Pool;

beforeEach(async () => {
  ({ pool } = await useTestDatabase());
});

async function storedValues(): Promise<readonly number[]> {
  const { rows } = await pool.query<{ value: number }>(
    'SELECT value FROM readings ORDER BY received_at, value',
  );
  return rows.map(({ value }) => value);
}

async function rejected(): Promise<readonly { reason: string; detail: string; payload: string }[]> {
  const { rows } = await pool.query<{ reason: string; detail: string; payload: Buffer }>(
    'SELECT reason, detail, payload FROM rejected_messages ORDER BY id',
  );
  return rows.map((row) => ({ ...row, payload: row.payload.toString() }));
}

describe('an acknowledged message', () => {
  test('is in the table when it is acknowledged', async () => {
    const { send } = await useIngest(pool);
    await send('stations/a/temperature', '21.5');
    const { rows } = await pool.query(
      'SELECT station, metric, unit, value FROM readings JOIN series ON series_id = series.id JOIN stations ON station_id = stations.id',
    );
    expect(rows).toEqual([{ station: 'a', metric: 'temperature', unit: '°C', value: 21.5 }]);
  });

  test('is acknowledged in the order in which it came, whatever it holds', async () => {
    const { send } = await useIngest(pool);
    const order: number[] = [];
    const payloads = ['1', 'nonsense', '2', '', '{"value":3}', '[]'];
    await Promise.all(
      payloads.map((payload, index) => send('stations/a/t', payload).then(() => order.push(index))),
    );
    expect(order).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('shares its commit with those that came while the commit before was under way', async () => {
    const { send, ingest } = await useIngest(pool);
    await Promise.all(Array.from({ length: 1_000 }, (_, index) => send('stations/a/t', `${index}`)));
    expect(await storedValues()).toHaveLength(1_000);
    expect(ingest.counters.batches_written).toBeLessThan(10);
    expect(ingest.counters).toMatchObject({
      messages_acknowledged: 1_000,
      readings_written: 1_000,
    });
  });

  test('shares its statement with no more than the set number of payload bytes', async () => {
    const { send, ingest } = await useIngest(pool, { limits: { maxBatchBytes: 100_000 } });
    const large = JSON.stringify({ value: 1, note: 'x'.repeat(40_000) });
    await Promise.all(Array.from({ length: 9 }, () => send('stations/a/t', large)));
    expect(ingest.counters.batches_written).toBe(3);
    expect(await storedValues()).toHaveLength(9);
  });

  test('makes at most the set number of readings a batch', async () => {
    const { send, ingest } = await useIngest(pool, { limits: { maxBatchReadings: 10 } });
    await Promise.all(Array.from({ length: 100 }, (_, index) => send('stations/a/t', `${index}`)));
    expect(ingest.counters.batches_written).toBe(10);
  });

  test('with an equal value at an equal moment is a reading of its own', async () => {
    const { send } = await useIngest(pool);
    await Promise.all(Array.from({ length: 500 }, () => send('stations/a/t', '7')));
    await send('stations/a/t', '[7,7,7]');
    expect(await storedValues()).toHaveLength(503);
  });
});

test('a reading without a time is new, though the clock has stepped back to the moment of an equal one', async () => {
  const stopped = () => 1_700_000_000_000;
  const before = await useIngest(pool, { milliseconds: stopped });
  await Promise.all([before.send('stations/a/t', '7'), before.send('stations/a/t', '7')]);
  const after = await useIngest(pool, { milliseconds: stopped });
  const outcomes = await Promise.all([
    after.send('stations/a/t', '7'),
    after.send('stations/a/t', '[7,7,8]'),
  ]);
  expect(outcomes.map(({ stored, duplicates }) => [stored, duplicates])).toEqual([
    [1, 0],
    [3, 0],
  ]);
  expect(await storedValues()).toEqual([7, 7, 7, 7, 7, 8]);
  expect(after.committed).toHaveLength(4);
});

describe('readings that carry their own time', () => {
  const backlog = [
    { value: 1, time: 1_700_000_000 },
    { value: 2, time: 1_700_000_000 },
    { value: 1, time: 1_700_000_060 },
  ];

  test('make no second row when they come again, in the same batch or in a later one', async () => {
    const { send, ingest, committed } = await useIngest(pool);
    await Promise.all([send('stations/a/t', backlog), send('stations/a/t', backlog)]);
    const again = await send('stations/a/t', [...backlog, { value: 9, time: 1_700_000_120 }]);
    expect(await storedValues()).toHaveLength(4);
    expect(again).toMatchObject({ stored: 4, duplicates: 3, rejections: [] });
    expect(ingest.counters).toMatchObject({ readings_written: 4, readings_duplicate: 6 });
    expect(committed.map(({ value }) => value)).toEqual([1, 2, 1, 9]);
  });

  test('get partitions for their months as they need them', async () => {
    const { send } = await useIngest(pool);
    const times = [
      '2000-01-01T00:00:00Z',
      '2024-02-29T23:59:59.999999Z',
      '2024-03-01T00:00:00Z',
      '2024-03-31T12:00:00Z',
    ];
    await send(
      'stations/a/t',
      times.map((time, value) => ({ value, time })),
    );
    const { rows } = await pool.query(
      'SELECT tableoid::regclass::text AS partition, value FROM readings ORDER BY value',
    );
    expect(rows).toEqual([
      { partition: 'readings_2000_01', value: 0 },
      { partition: 'readings_2024_02', value: 1 },
      { partition: 'readings_2024_03', value: 2 },
      { partition: 'readings_2024_03', value: 3 },
    ]);
  });

  test('get a partition again that somebody dropped', async () => {
    const { send } = await useIngest(pool);
    await send('stations/a/t', { value: 1, time: 1_700_000_000 });
    await pool.query('DROP TABLE readings_2023_11');
    await send('stations/a/t', { value: 2, time: 1_700_000_001 });
    expect(await storedValues()).toEqual([2]);
  });
});

test('a month whose partition was detached gets it back when readings for it come after all', async () => {
  const { send } = await useIngest(pool);
  await send('stations/a/t', { value: 1, time: 1_700_000_000 });
  await pool.query('ALTER TABLE readings DETACH PARTITION readings_2023_11');
  await send('stations/a/t', { value: 2, time: 1_700_000_001 });
  expect((await storedValues()).toSorted((a, b) => a - b)).toEqual([1, 2]);
});

test('two services that meet the same new stations and months at once both store everything', async () => {
  const [one, two] = await Promise.all([useIngest(pool), useIngest(pool)]);
  const months = Array.from({ length: 24 }, (_, month) => new Date(Date.UTC(2020, month, 15)).toISOString());
  const sends = months.flatMap((time, value) =>
    [one, two].map((each, index) =>
      each.send(`stations/s${value}`, { [`m${index}`]: value, both: value, time }),
    ),
  );
  const outcomes = await Promise.all(sends);
  expect(outcomes.every(({ stored, rejections }) => stored === 2 && rejections.length === 0)).toBe(true);
  expect(await storedValues()).toHaveLength(3 * 24);
});

describe('what can not be understood', () => {
  test('is kept with its reason, and what is good beside it is stored', async () => {
    const { send, ingest } = await useIngest(pool);
    await send('stations/a', '{"t":1,"ssid":"home"}');
    await send('garden/frogs', 'croak');
    expect(await storedValues()).toEqual([1]);
    expect(await rejected()).toEqual([
      {
        reason: 'value-not-a-number',
        detail: 'ssid: "home" is not a number',
        payload: '{"t":1,"ssid":"home"}',
      },
      {
        reason: 'topic-unknown',
        detail: '"garden/frogs" is not a topic that readings are known to come on',
        payload: 'croak',
      },
    ]);
    expect(ingest.counters.messages_rejected).toBe(2);
  });

  test('is kept once when it comes again, so that a replay finds what is stored of it', async () => {
    const { send, ingest, clock } = await useIngest(pool);
    const { message } = await send('stations/a/t', '[1,"warm"]');
    const again = { ...message, receivedAt: clock.now() };
    await new Promise<void>((resolve) => ingest.submit(again, { settled: () => resolve() }));
    expect(await rejected()).toHaveLength(1);
    const importer = await createImporter(pool);
    const { signal } = new AbortController();
    const as = { topic: undefined, zone: undefined };
    const replayed = await replayMessages({ pool, importer, filter: {}, as, signal, onProgress: () => {} });
    expect(replayed).toMatchObject({ messages: 1, stored: 0, duplicates: 1 });
    expect(await storedValues()).toEqual([1]);
  });

  test('is kept even with NUL in its topic', async () => {
    const { send } = await useIngest(pool);
    await send('garden/\0', 'x\0y');
    expect(await rejected()).toMatchObject([{ payload: 'x\0y' }]);
  });

  test('is told in five details, and how many more there are', async () => {
    const { send } = await useIngest(pool);
    await send('stations/a/t', '["a","b","c","d","e","f","g"]');
    expect((await rejected())[0]?.detail).toMatch(/item 5: "e" is not a number; and 2 more$/);
  });

  test('comes ten thousand times in a row without holding up a good reading', async () => {
    const { send, ingest } = await useIngest(pool);
    const sends = Array.from({ length: 10_000 }, () => send('stations/a/t', 'nonsense'));
    await send('stations/a/t', '1');
    await Promise.all(sends);
    expect(await storedValues()).toEqual([1]);
    expect(ingest.counters).toMatchObject({ messages_rejected: 10_000 });
  });
});

describe('limits and units of a station', () => {
  test('two hundred metrics are made, the next one is rejected, and the known ones go on', async () => {
    const { send } = await useIngest(pool);
    const metrics = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`m${n}`, n]));
    expect(await send('stations/a', metrics(201))).toMatchObject({
      stored: 200,
      rejections: [{ reason: 'too-many-metrics' }],
    });
    expect(await send('stations/a', metrics(200))).toMatchObject({ stored: 200, rejections: [] });
    expect(await send('stations/b', metrics(1))).toMatchObject({ stored: 1 });
    const { rowCount } = await pool.query('SELECT FROM series');
    expect(rowCount).toBe(201);
  });

  test('a series is kept in its first unit, and others are converted to it', async () => {
    const { send } = await useIngest(pool);
    await send('stations/a/temperature', { value: 50, unit: 'F' });
    await send('stations/a/temperature', { value: 0, unit: '°C' });
    await send('stations/a/temperature', '70');
    expect(await storedValues()).toEqual([50, 32, 70]);
  });

  test('a unit that measures something else is rejected', async () => {
    const { send } = await useIngest(pool);
    await send('stations/a/temperature', '20');
    expect(await send('stations/a/temperature', { value: 1, unit: 'hPa' })).toMatchObject({
      stored: 0,
      rejections: [{ reason: 'unit-mismatch' }],
    });
  });

  test('a series without a unit takes the first one that is named', async () => {
    const { send } = await useIngest(pool);
    await send('stations/a/conductivity', '20');
    await send('stations/a/conductivity', { value: 21, unit: 'µS/cm' });
    const { rows } = await pool.query('SELECT unit FROM series');
    expect(rows).toEqual([{ unit: 'µS/cm' }]);
  });
});
