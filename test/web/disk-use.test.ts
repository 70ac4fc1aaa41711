import { expect, test } from 'vitest';
import { daysText } from '../../src/web/pages/disk-use.ts';
import type { DiskUse } from '../../src/storage/expiry/sizes.ts';
import { readLocales } from '../../src/web/locales.ts';
import { statusVerdict } from '../../src/web/pages/status-verdict.ts';
import { type TestWeb, useWeb } from '../support/web.ts';
import { createWebParts } from '../support/web-parts.ts';

const GB = 1e9;
const NOT_RUN: DiskUse['expiry'] = {
  ranAt: undefined,
  runMs: undefined,
  monthsWaiting: 0,
  unfinishedSince: undefined,
  held: undefined,
};
const ENGLISH = readLocales('UTC').en;
const SINCE = Date.UTC(2026, 10, 1) * 1000;

async function section(web: TestWeb): Promise<string> {
  const { text } = await web.ask('/status');
  const [, found = ''] = /id="disk-heading">([^]*?)<\/section>/.exec(text) ?? [];
  return found.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
}

function verdictOn(use: Partial<DiskUse>): string {
  const { parts } = createWebParts();
  const diskUse: DiskUse = {
    database: 8e6,
    readings: 0,
    rollups: 0,
    months: [],
    growth: undefined,
    droppedForSize: [],
    diskFree: undefined,
    maxDatabaseBytes: undefined,
    expiry: NOT_RUN,
    ...use,
  };
  const evidence = {
    databaseOk: true,
    brokerOk: true,
    storing: parts.storing(),
    stations: 0,
    silent: [],
    awaited: 0,
  };
  return statusVerdict({ ...evidence, diskUse }, ENGLISH).sentence;
}

test('the status page tells what is on disk, how it grows, and until when there is room', async () => {
  const web = await useWeb({ timeZone: 'UTC' });
  web.setDiskUse(
    Promise.resolve({
      database: 5.2 * GB,
      readings: 5 * GB,
      rollups: 0.1 * GB,
      months: [
        { month: '2026-09', bytes: 2 * GB },
        { month: '2026-10', bytes: 3 * GB },
      ],
      growth: { bytesPerDay: 0.05 * GB, since: SINCE },
      diskFree: 20 * GB,
      maxDatabaseBytes: 50 * GB,
    }),
  );
  const text = await section(web);
  expect(text).toContain('Database 5.2 GB of 50.0 GB that it may take');
  expect(text).toContain('Readings 5.0 GB kept for ever');
  expect(text).toContain('Growth 50.0 MB a day since Sunday, 1 November 2026');
  expect(text).toContain('Free 20.0 GB full in 13 months');
  expect(text).toMatch(/2026-10 3.0 GB 2026-09 2.0 GB/);
});

test('what is not known yet is left out, and so is a database that does not answer', async () => {
  const web = await useWeb();
  const text = await section(web);
  expect(text).toContain('Database 8.0 MB in all');
  expect(text).toContain('not known yet');
  expect(text).not.toContain('Free');
  web.setDiskUse(Promise.reject(new Error('away')));
  expect(await section(web)).toContain('Not known: the database did not answer in time.');
});

test('months that went because of the size are told', async () => {
  const web = await useWeb({ timeZone: 'UTC' });
  web.setDiskUse(Promise.resolve({ droppedForSize: [{ month: '2024-03', droppedAt: SINCE }] }));
  expect(await section(web)).toContain('The readings of 2024-03 were dropped on Sun, 1 Nov 2026');
});

test.each([
  [{ diskFree: 0.4 * GB }, 'The disk is nearly full.'],
  [{ diskFree: 9.5 * GB, growth: { bytesPerDay: GB, since: SINCE } }, 'The disk is full in 9 days.'],
  [{ diskFree: 14 * GB, growth: { bytesPerDay: GB, since: SINCE } }, 'All is ready for the first station.'],
  [
    {
      database: 2 * GB,
      maxDatabaseBytes: GB,
      expiry: { ...NOT_RUN, held: { now: SINCE + 1e15, before: SINCE } },
    },
    'Nothing expires, for the clock may be wrong.',
  ],
  [{ database: 2 * GB, maxDatabaseBytes: GB }, 'The database is larger than it may be.'],
  [{ database: GB, maxDatabaseBytes: GB }, 'All is ready for the first station.'],
])('the status page begins with what an owner should see to: %j', (use, sentence) => {
  expect(verdictOn(use)).toBe(sentence);
});

test.each([
  [{}, 'Expiry not looked at yet'],
  [{ ranAt: -120_000_000, runMs: 130 }, 'Expiry up to date last run 2 min ago, 130 ms'],
  [{ monthsWaiting: 1 }, 'Expiry behind 1 month waits until nobody is at work on it'],
  [{ unfinishedSince: -7_200_000_000 }, 'Expiry behind more to do since 2 h ago'],
  [{ held: { now: SINCE, before: 0 } }, 'Expiry waits the clock may be wrong'],
])('the status page tells how expiry gets on: %j', async (changes, told) => {
  const web = await useWeb();
  const now = web.parts.clock();
  const at = (ago: number | undefined): number | undefined => ago && now + ago;
  const { ranAt, unfinishedSince, ...rest } = { ...NOT_RUN, ...changes };
  const expiry = { ...rest, ranAt: at(ranAt), unfinishedSince: at(unfinishedSince) };
  web.setDiskUse(Promise.resolve({ expiry }));
  const { text } = await web.ask('/status');
  expect(text.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')).toContain(told);
});

test('the status page tells what kept this node from letting anything go', async () => {
  const web = await useWeb();
  web.setDiskUse(Promise.resolve({ expiryProblem: 'disk on fire' }));
  expect((await web.ask('/status')).text).toContain('disk on fire');
});

test('times until a disk is full are told as people tell them', () => {
  expect(
    [0.5, 1.9, 61.9, 62, 729, 730.5, 36_500, 40_000].map((days) => daysText(days, ENGLISH.words)),
  ).toEqual([
    'less than a day',
    '1 day',
    '61 days',
    '2 months',
    '23 months',
    '2 years',
    '99 years',
    'more than 100 years',
  ]);
});
