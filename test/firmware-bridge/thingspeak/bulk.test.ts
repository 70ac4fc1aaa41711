import { expect, test } from 'vitest';
import { CHANNEL, useThingSpeak, WRITE_KEY } from '../../support/thingspeak.ts';

const JSON_PATH = `/channels/${CHANNEL}/bulk_update.json`;
const CSV_PATH = `/channels/${CHANNEL}/bulk_update.csv`;
const DONE = { status: 202, text: '{"success":true}' };

const ENTRIES = `SELECT entry_id::int AS id, created_at AS time, fields, status FROM channel_entries ORDER BY entry_id`;

test('updates with times, as JSON, are stored once however often they are sent', async () => {
  const { post, values, database } = await useThingSpeak();
  const body = JSON.stringify({
    write_api_key: WRITE_KEY,
    updates: [
      { created_at: '2018-01-30 10:26:21 -0500', field1: 13.5, field2: '18' },
      { created_at: '2018-01-30 10:26:23 -0500', field1: 14, status: 'well' },
    ],
  });
  expect(await post(JSON_PATH, body)).toEqual(DONE);
  expect(await post(JSON_PATH, body)).toEqual(DONE);
  expect((await database.pool.query(ENTRIES)).rows).toEqual([
    { id: 1, time: new Date('2018-01-30T15:26:21Z'), fields: { '1': '13.5', '2': '18' }, status: null },
    { id: 2, time: new Date('2018-01-30T15:26:23Z'), fields: { '1': '14' }, status: 'well' },
  ]);
  expect(await values('outside', 'temperature')).toEqual([13.5, 14]);
});

test('updates with times, as CSV, in a form that nobody has escaped', async () => {
  const { post, values, database } = await useThingSpeak();
  const updates = '2018-01-30 10:26:23 +0100,0.1,18,,,,,,,41,72,3,well|1517308000,1.1';
  const body = `write_api_key=${WRITE_KEY}&time_format=absolute&updates=${updates}`;
  expect(await post(CSV_PATH, body)).toEqual(DONE);
  expect((await database.pool.query(ENTRIES)).rows).toEqual([
    { id: 1, time: new Date('2018-01-30T09:26:23Z'), fields: { '1': '0.1', '2': '18' }, status: 'well' },
    { id: 2, time: new Date(1_517_308_000_000), fields: { '1': '1.1' }, status: null },
  ]);
  expect(await values('outside', 'temperature')).toEqual([0.1, 1.1]);
});

test('updates that say how long after each other they were made end with the present', async () => {
  const { post, database } = await useThingSpeak();
  const before = Date.now();
  expect(
    await post(CSV_PATH, `write_api_key=${WRITE_KEY}&time_format=relative&updates=0,1.1|15,1.2|20,1.3`),
  ).toEqual(DONE);
  const json = {
    write_api_key: WRITE_KEY,
    updates: [
      { delta_t: '0', field1: 1 },
      { delta_t: 10, field1: 2 },
    ],
  };
  expect(await post(JSON_PATH, JSON.stringify(json))).toEqual(DONE);
  const { rows } = await database.pool.query<{ time: Date }>(ENTRIES);
  const times = rows.map(({ time }) => time.getTime());
  expect(times[1]! - times[0]!).toBe(15_000);
  expect(times[2]! - times[1]!).toBe(20_000);
  expect(times[4]! - times[3]!).toBe(10_000);
  expect(times[2]).toBeGreaterThanOrEqual(before);
  expect(times[2]).toBeLessThanOrEqual(Date.now());
});

test('updates with no seconds between them are as many entries, and as many readings', async () => {
  const { post, values, database } = await useThingSpeak();
  const body = `write_api_key=${WRITE_KEY}&time_format=relative&updates=0,33|0,33|0,33`;
  expect(await post(CSV_PATH, body)).toEqual(DONE);
  const { rows } = await database.pool.query<{ time: string }>(
    'SELECT created_at::text AS time FROM channel_entries ORDER BY entry_id',
  );
  const times = rows.map(({ time }) => time);
  expect(new Set(times).size).toBe(3);
  expect(times.toSorted()).toEqual(times);
  expect(await values('outside', 'temperature')).toEqual([33, 33, 33]);
});

test('of updates that would be older than 2000 only the others are stored', async () => {
  const { post, values, database } = await useThingSpeak();
  const ages = Array.from({ length: 500 }, (_, index) => `999999999,${index}`).join('|');
  const body = `write_api_key=${WRITE_KEY}&time_format=relative&updates=${ages}`;
  expect(await post(CSV_PATH, body)).toEqual(DONE);
  expect(await values('outside', 'temperature')).toEqual([499]);
  const { rows } = await database.pool.query('SELECT reason, detail FROM rejected_messages');
  expect(rows).toEqual([{ reason: 'time-too-early', detail: expect.stringContaining('and 494 more') }]);
});

test('seconds behind a time are counted from it, and so stored once however often they are sent', async () => {
  const { post, database } = await useThingSpeak();
  const updates = [
    { delta_t: 5, field1: 1 },
    { created_at: '2020-03-01T10:00:00Z', field1: 2 },
    { delta_t: 10, field1: 3 },
    { delta_t: 'soon', field1: 4 },
    { delta_t: 10, field1: 5 },
    { created_at: '2020-03-01T11:00:00Z', field1: 6 },
    { delta_t: '1.5', field1: 7 },
  ];
  const body = JSON.stringify({ write_api_key: WRITE_KEY, updates });
  for (const _ of [1, 2]) expect(await post(JSON_PATH, body)).toEqual(DONE);
  const { rows } = await database.pool.query<{ time: Date; fields: object }>(ENTRIES);
  expect(rows.map(({ time, fields }) => [time.toISOString(), Object.values(fields)])).toEqual([
    ['2020-03-01T10:00:00.000Z', ['2']],
    ['2020-03-01T10:00:10.000Z', ['3']],
    ['2020-03-01T11:00:00.000Z', ['6']],
    ['2020-03-01T11:00:01.500Z', ['7']],
  ]);
  const { rows: kept } = await database.pool.query('SELECT detail FROM rejected_messages LIMIT 1');
  expect(kept[0].detail).toMatch(/^update 1: .*; update 4: .*"soon".*; update 5: /);
});

test('more than one statement can hold is stored as well', async () => {
  const { post, values } = await useThingSpeak();
  const lines = Array.from({ length: 6000 }, (_, index) => `${1_517_308_000 + index},${index}`);
  const body = `write_api_key=${WRITE_KEY}&time_format=absolute&updates=${lines.join('|')}`;
  expect(await post(CSV_PATH, body)).toEqual(DONE);
  expect(await values('outside', 'temperature')).toEqual(Array.from({ length: 6000 }, (_, index) => index));
});

test('a key of another channel, or none, is refused as it is for a single update', async () => {
  const { post } = await useThingSpeak();
  const body = JSON.stringify({
    write_api_key: WRITE_KEY,
    updates: [{ created_at: '2018-01-30', field1: 1 }],
  });
  expect((await post('/channels/7/bulk_update.json', body)).status).toBe(401);
  const { status, text } = await post(JSON_PATH, body.replace(WRITE_KEY, 'wrong'));
  expect([status, JSON.parse(text).error.error_code]).toEqual([401, 'error_auth_required']);
});
