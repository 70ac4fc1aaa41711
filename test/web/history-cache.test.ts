import type { Pool } from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isNoneMatch, weakEtag } from '../../src/web/etag.ts';
import { type TestDatabase, useTestDatabase } from '../support/database.ts';
import { rollUp } from '../support/rolled-up.ts';
import { insertRows, seedSeries } from '../support/series.ts';
import { startWeb, type TestWeb } from '../support/web.ts';
import { createWebParts } from '../support/web-parts.ts';

const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;
const MIDNIGHT = Date.UTC(2026, 10, 22) * 1000;
const PAST = '/api/stations/outside/history?from=2026-11-22T00:30:00Z&to=2026-11-22T06:00:00Z';

interface Rolled {
  readonly database: TestDatabase;
  readonly web: TestWeb;
  readonly seriesId: number;
  /** Statements and transactions of the web's since it was asked last. */
  readonly asked: () => { statements: number; transactions: number };
  readonly startAnother: (timeZone: string) => Promise<TestWeb>;
}

/** A station with a reading a minute until noon, rolled up until ten. */
async function useRolled(): Promise<Rolled> {
  const database = await useTestDatabase();
  const rows = Array.from({ length: 720 }, (_, minute) => ({
    measuredAt: MIDNIGHT + minute * MINUTE,
    value: minute,
  }));
  const seriesId = await seedSeries(
    database.pool,
    { station: 'outside', metric: 'temperature', unit: '°C' },
    rows,
  );
  await seedSeries(database.pool, { station: 'inside', metric: 'temperature', unit: '°C' }, rows);
  await rollUp(database.pool, { until: MIDNIGHT + 10 * HOUR, timeZone: 'Europe/Paris' });
  let counts = { statements: 0, transactions: 0 };
  const counting = {
    query(...query: Parameters<Pool['query']>) {
      counts.statements += 1;
      return database.pool.query(...query);
    },
    connect() {
      counts.transactions += 1;
      return database.pool.connect();
    },
  } as unknown as Pool;
  const startAnother = async (timeZone: string): Promise<TestWeb> => {
    const web = await startWeb(createWebParts({ pool: counting, timeZone }));
    onTestFinished(() => web.close());
    return web;
  };
  return {
    database,
    web: await startAnother('Europe/Paris'),
    seriesId,
    asked() {
      const since = counts;
      counts = { statements: 0, transactions: 0 };
      return since;
    },
    startAnother,
  };
}

async function etagOf(
  web: TestWeb,
  path: string,
  headers: Record<string, string> = {},
): Promise<string | null> {
  const reply = await web.ask(path, { headers });
  expect(reply.status).toBe(200);
  expect(reply.headers.get('cache-control')).toBe('private, no-cache');
  return reply.headers.get('etag');
}

const ifNoneMatch = (etag: string | null): RequestInit => ({ headers: { 'if-none-match': etag! } });

test('a past stretch is computed once: to ask again costs one look at the series', async () => {
  const { web, asked } = await useRolled();
  const etag = await etagOf(web, PAST);
  expect(etag).toMatch(/^W\/"[\w-]{22}"$/);
  expect(asked()).toEqual({ statements: 1, transactions: 1 });
  const { status, headers, text } = await web.ask(PAST, ifNoneMatch(etag));
  expect([status, text, headers.get('etag')]).toEqual([304, '', etag]);
  expect(headers.get('cache-control')).toBe('private, no-cache');
  expect(asked()).toEqual({ statements: 1, transactions: 0 });
});

test('several series are looked at in one statement', async () => {
  const { web, asked } = await useRolled();
  const path = PAST.replace(
    '/stations/outside/history?',
    '/history?series=outside:temperature,inside:temperature&',
  );
  const etag = await etagOf(web, path);
  asked();
  expect((await web.ask(path, ifNoneMatch(etag))).status).toBe(304);
  expect(asked()).toEqual({ statements: 1, transactions: 0 });
});

test('a stretch that goes on beyond what is rolled up has no ETag', async () => {
  const { web } = await useRolled();
  const until = (to: string) => etagOf(web, PAST.replace(/to=.*/, `to=${to}`));
  expect(await until('2026-11-22T10:00:00Z')).not.toBeNull();
  expect(await until('2026-11-22T10:00:00.000001Z')).toBeNull();
  expect(await etagOf(web, '/api/stations/outside/history')).toBeNull();
});

test('a late reading is in the answer at once; while roll-ups are out of date there is no ETag, and then another', async () => {
  const { web, database, seriesId } = await useRolled();
  const path = `${PAST}&every=1h`;
  const before = await etagOf(web, path);
  await insertRows(database.pool, seriesId, [{ measuredAt: MIDNIGHT + 2 * HOUR + 1, value: 1000 }]);
  const { status, headers, body } = await web.ask(path, ifNoneMatch(before));
  expect([status, headers.get('etag')]).toEqual([200, null]);
  expect(body.buckets[2]).toMatchObject({ count: 61, max: 1000 });
  // A part of the past that it is not in is as it was.
  const early = `${path}&to=2026-11-22T01:30:00Z`.replace('&to=2026-11-22T06:00:00Z', '');
  expect(await etagOf(web, early)).not.toBeNull();
  await rollUp(database.pool, { until: MIDNIGHT + 10 * HOUR, timeZone: 'Europe/Paris' });
  const after = await etagOf(web, path);
  expect(after).not.toBeNull();
  expect(after).not.toBe(before);
});

test('what readings have expired is told by another ETag', async () => {
  const { web, database, seriesId } = await useRolled();
  const before = await etagOf(web, PAST);
  await database.pool.query(`UPDATE series SET raw_from = '2026-11-22T01:00:00Z' WHERE id = $1`, [seriesId]);
  expect(await etagOf(web, PAST)).not.toBe(before);
});

test('each way to ask has an ETag of its own', async () => {
  const { web, startAnother } = await useRolled();
  const other = await startAnother('Asia/Kolkata');
  const inside = PAST.replace('outside', 'inside');
  const series = PAST.replace('/stations/outside/history?', '/history?series=outside:temperature&');
  const ways = [
    '',
    '&every=1h',
    '&every=1d',
    '&points=100',
    '&shape=columns',
    '&format=csv',
    '&units=imperial',
    '&units=f',
  ];
  const etags = [
    ...(await Promise.all(ways.map((way) => etagOf(web, PAST + way)))),
    await etagOf(web, PAST.replace('00:30:00Z', '00:30:00.000001Z')),
    await etagOf(web, inside),
    await etagOf(web, series),
    await etagOf(other, `${PAST}&every=1d`),
  ];
  expect(new Set(etags).size).toBe(etags.length);
  expect(etags).not.toContain(null);
  expect(await etagOf(web, PAST, { accept: 'text/csv' })).toBe(etags[5]);
  expect(await etagOf(web, `${PAST}&units=metric,F,mph,inHg,in`)).toBe(etags[6]);
});

describe('If-None-Match', () => {
  const etag = weakEtag(['a']);
  const strong = etag.slice(2);

  test.each([etag, strong, `"x", ${etag}`, `${strong} ,"x"`, '*', ' * '])('%s names it', (header) => {
    expect(isNoneMatch(header, etag)).toBe(true);
  });

  test.each([undefined, '', '"x"', weakEtag(['b']), etag.slice(0, -2), etag.slice(3, -1)])(
    '%s does not',
    (header) => {
      expect(isNoneMatch(header, etag)).toBe(false);
    },
  );
});
