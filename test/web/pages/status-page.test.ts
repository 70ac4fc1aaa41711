import { expect, test } from 'vitest';
import { readLocales } from '../../../src/web/locales.ts';
import { statusVerdict } from '../../../src/web/pages/status-verdict.ts';
import { insertRejected } from '../../../src/storage/rejected-insert.ts';
import { useTestDatabase } from '../../support/database.ts';
import { seedSeries } from '../../support/series.ts';
import { createWebParts } from '../../support/web-parts.ts';
import { useWeb } from '../../support/web.ts';

const MINUTE = 60_000_000;

const words = (html: string): string => html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');

test('the status page says of each station how much came, of each reason what was rejected last, and what it runs on', async () => {
  const { pool } = await useTestDatabase();
  const web = await useWeb({ pool });
  const now = web.parts.clock();
  const rows = [1, 2, 3].map((minutes) => ({ measuredAt: now - minutes * MINUTE, value: 20 }));
  await seedSeries(pool, { station: 'outside', metric: 'temperature', unit: '°C' }, rows);
  web.addStation('outside');
  web.addStation('inside');
  const send = (
    topic: string,
    payload: string,
    reason: 'topic-unknown' | 'value-not-a-number',
    receivedAt: number,
  ) => ({
    message: {
      topic,
      payload: Buffer.from(payload),
      qos: 0 as const,
      clientId: 'esp32',
      receivedAt,
      firstReceivedAt: receivedAt,
    },
    rejections: [{ reason, detail: `${reason} in ${topic}` }],
  });
  await insertRejected(pool, [
    send('shed/one', 'first', 'topic-unknown', now - 3 * MINUTE),
    send('shed/two', 'x'.repeat(2_000), 'topic-unknown', now - 2 * MINUTE),
    send('stations/a/b', 'warm', 'value-not-a-number', now - MINUTE),
  ]);
  const { text } = await web.ask('/status');
  expect(words(text)).toContain('outside 3 readings in 24 hours');
  expect(words(text)).toMatch(/inside offline/);
  const [, rejected = ''] = /id="rejected-heading">([^]*?)<\/section>/.exec(text) ?? [];
  expect(words(rejected)).toMatch(
    /readings come on: topic-unknown 2 a value is not a number: value-not-a-number 1 The latest of each reason/,
  );
  expect(words(rejected)).toMatch(
    /shed\/two \d+ min ago topic-unknown : topic-unknown in shed\/two x{120}… stations\/a\/b/,
  );
  expect(rejected).not.toContain('shed/one');
  expect(rejected.match(/href="\/api\/rejected\?reason&#x3D;value-not-a-number"/g)).toHaveLength(2);
  expect(text).not.toContain('esp32');
  expect(words(text)).toMatch(/Version 0\.1\.0 Node \d+\.\d+\.\d+, PostgreSQL \d+\.\d+/);
  const german = words((await web.ask('/status?lang=de')).text);
  expect(german).toContain('outside 3 Messwerte in 24 Stunden');
  expect(german).toContain('ein Wert ist keine Zahl: value-not-a-number 1 Die jüngste zu jedem Grund');
});

test('figures are told in the unit that fits', async () => {
  const web = await useWeb();
  const gauges = {
    database_bytes: 8_771_263,
    rollup_run_ms: 13,
    expiry_run_age_seconds: 720,
    messages_waiting: 1_234,
  };
  Object.assign(web.parts, { gauges: () => gauges });
  const { text } = await web.ask('/status');
  const [, figures = ''] = /id="gauges-heading">([^]*?)<\/section>/.exec(text) ?? [];
  expect(words(figures)).toContain('Size of the database 8.8 MB Roll-ups: the last run took 13 ms');
  expect(words(figures)).toContain('Expiry: since the last run 12 min Messages waiting 1,234');
});

test('while the database is away it says nothing of what only that knows', async () => {
  const web = await useWeb();
  web.addStation('outside');
  const { status, text } = await web.ask('/status');
  expect(status).toBe(200);
  expect(words(text)).not.toMatch(/in 24 hours|PostgreSQL \d/);
  expect(words(text)).toMatch(/Version 0\.1\.0 Node \d/);
});

test.each([
  ['backup', 'The last backup failed.'],
  ['expiry', 'What has been kept long enough does not go.'],
  ['rollups', 'Hours and days are not summed up.'],
] as const)('where the last try of %s has failed, the page begins with that, and why', (what, sentence) => {
  const { parts } = createWebParts();
  const evidence = {
    databaseOk: true,
    brokerOk: true,
    stations: 0,
    silent: [],
    awaited: 0,
    diskUse: undefined,
  };
  const said = (problem: string | undefined) =>
    statusVerdict(
      { ...evidence, storing: parts.storing(), problems: { [what]: problem } },
      readLocales('UTC').en,
    );
  expect(said(undefined).mood).toBe('well');
  expect(said('no space left')).toMatchObject({
    mood: 'attention',
    sentence,
    explanation: expect.stringContaining('no space left'),
  });
});
