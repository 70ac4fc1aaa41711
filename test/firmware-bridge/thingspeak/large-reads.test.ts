import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Pool } from 'pg';
import { expect, test } from 'vitest';
import { inBuckets } from '../../../firmware-bridge/thingspeak/buckets.ts';
import { createLastValues } from '../../../firmware-bridge/thingspeak/last-values.ts';
import { renderFeeds } from '../../../firmware-bridge/thingspeak/render-feeds.ts';
import { UTC } from '../../../src/telemetry/zone.ts';
import { addChannel, type Channel } from '../../../src/storage/channels-query.ts';
import type { Queryable } from '../../../src/storage/queryable.ts';
import { useTestDatabase } from '../../support/database.ts';
import { CHANNEL, testChannel, useThingSpeak } from '../../support/thingspeak.ts';

const MINUTE = 60 * 1_000_000;
const KNOWN: Channel = { ...testChannel(), createdAt: new Date(0), updatedAt: new Date(0) };

/** A minute apart, since 2020-01-01T00:01:00Z; field 1 counts up, and one in seven has the time of the one before. */
async function fill(pool: Pool, count: number): Promise<void> {
  await pool.query(
    `INSERT INTO channel_entries (channel_id, entry_id, created_at, received_at, has_own_time, fields)
     SELECT $1, n, '2020-01-01Z'::timestamptz + (n - (n % 7 = 0)::int) * interval '1 minute', now(), false, jsonb_build_object('1', n::text)
     FROM generate_series(1, $2::int) AS n`,
    [CHANNEL, count],
  );
  await pool.query('UPDATE channels SET last_entry_id = $1', [count]);
}

test('what is read in pages is all that was asked for, once and in order', async () => {
  const service = await useThingSpeak();
  await fill(service.database.pool, 2_345);
  const ids = async (query: string): Promise<readonly number[]> => {
    const { text } = await service.get(`/channels/${CHANNEL}/feeds.json?${query}`);
    return JSON.parse(text).feeds.map(({ entry_id }: { entry_id: number }) => entry_id);
  };
  const all = Array.from({ length: 2_345 }, (_, index) => index + 1);
  expect(await ids('results=8000')).toEqual(all);
  for (const results of [499, 500, 501, 1_000, 1_750]) {
    expect(await ids(`results=${results}`)).toEqual(all.slice(-results));
  }
  const start = new Date(Date.UTC(2020, 0, 1, 0, 100)).toISOString();
  const end = new Date(Date.UTC(2020, 0, 1, 0, 1_300)).toISOString();
  expect(await ids(`start=${start}&end=${end}`)).toEqual(all.slice(99, 1_300));
  expect(await ids('results=0')).toEqual([]);
});

test('long answers are whole in every form', async () => {
  const service = await useThingSpeak();
  await fill(service.database.pool, 3_000);
  const read = (path: string): ReturnType<typeof service.get> =>
    service.get(`/channels/${CHANNEL}/${path}results=8000`);
  for (const path of ['feeds.json?', 'feeds.csv?', 'feeds.xml?', 'feeds.json?callback=show&']) {
    const { text, headers } = await read(path);
    expect(Number(headers.get('content-length'))).toBe(Buffer.byteLength(text));
    expect(Buffer.byteLength(text)).toBeGreaterThan(64 * 1024);
  }
  expect((await read('feeds.csv?')).text.trimEnd().split('\n')).toHaveLength(3_001);
  expect((await read('feeds.xml?')).text.match(/<entry-id type/g)).toHaveLength(3_000);
  const script = (await read('feeds.json?callback=show&')).text;
  expect(JSON.parse(script.slice('show('.length, -1))).toEqual(JSON.parse((await read('feeds.json?')).text));
});

test('others have their turn many times while thousands of feeds are made and written', async () => {
  const feeds = Array.from({ length: 8_000 }, (_, index) => ({
    createdAt: Date.UTC(2020, 0, 1) * 1000 + index * MINUTE,
    entryId: index,
    values: { field1: String(index) },
  }));
  const turnsDuring = async (work: () => Promise<unknown>): Promise<number> => {
    let turns = 0;
    const over = new AbortController();
    const counting = (async () => {
      while (!over.signal.aborted) {
        await nextTurn();
        turns += 1;
      }
    })();
    await work();
    over.abort();
    await counting;
    return turns;
  };
  const document = { head: '', feed: () => 'x', between: '', foot: '' };
  expect(await turnsDuring(() => renderFeeds(document, feeds))).toBeGreaterThan(20);
  const daily = { kind: 'median', minutes: 1440, isDaily: true } as const;
  expect(await turnsDuring(() => inBuckets(feeds, ['field1'], daily, UTC))).toBeGreaterThan(20);
});

/** Counts statements. */
function counted(pool: Pool): Queryable & { statements(): number } {
  let statements = 0;
  return {
    query(query) {
      statements += 1;
      return pool.query(query);
    },
    statements: () => statements,
  };
}

test('a field that was never sent is looked for in the whole channel once in ten minutes, and then among the newest entries', async () => {
  const { pool } = await useTestDatabase();
  await addChannel(pool, testChannel());
  await fill(pool, 95);
  const database = counted(pool);
  let now = 0;
  const lastValues = createLastValues({ pool: database, clock: () => now, recent: 10, older: 20 });
  expect(await lastValues(KNOWN, 7)).toBeUndefined();
  const whole = database.statements();
  expect(whole).toBeGreaterThan(8);
  expect(await Promise.all([lastValues(KNOWN, 7), lastValues(KNOWN, 7)])).toEqual([undefined, undefined]);
  expect(database.statements() - whole).toBe(4);
  now += 11 * MINUTE;
  await lastValues(KNOWN, 7);
  expect(database.statements() - whole).toBe(4 + whole);
});

test('the last value is that of the newest entry with the field, however old, and a newer one is seen at once', async () => {
  const { pool } = await useTestDatabase();
  await addChannel(pool, testChannel());
  await fill(pool, 95);
  const lastValues = createLastValues({ pool, clock: () => 0, recent: 10, older: 20 });
  const set = (entryId: number, field: number, value: string): Promise<unknown> =>
    pool.query(
      `UPDATE channel_entries SET fields = fields || jsonb_build_object($2::text, $3::text) WHERE entry_id = $1`,
      [entryId, field, value],
    );
  const last = async (field: number): Promise<string | undefined> =>
    (await lastValues(KNOWN, field))?.fields[field];
  for (const entryId of [1, 14, 33, 75, 85, 86]) await set(entryId, 5, `of ${entryId}`);
  expect(await last(1)).toBe('95');
  expect(await last(5)).toBe('of 86');
  await set(2, 6, 'on');
  expect(await last(6)).toBe('on');
  await set(95, 6, 'off');
  expect(await last(6)).toBe('off');
  for (const [entryId, field] of [
    [1, 2],
    [65, 3],
    [66, 4],
    [85, 7],
    [86, 8],
  ] as const) {
    await set(entryId, field, 'there');
    expect(await last(field)).toBe('there');
  }
});
