import { expect, test } from 'vitest';
import { useTestDatabase } from '../../support/database.ts';
import { type Row, seedSeries } from '../../support/series.ts';
import { type TestWeb, useWeb } from '../../support/web.ts';
import type { WebPartsOptions } from '../../support/web-parts.ts';

const READINGS = '/stations/outside/readings';

/** A service with one station, `outside`, whose temperatures are in the database too. */
async function useStation(rows: readonly Row[], options: WebPartsOptions = {}): Promise<TestWeb> {
  const { pool } = await useTestDatabase();
  await seedSeries(pool, { station: 'outside', metric: 'temperature', unit: '°C' }, rows);
  const web = await useWeb({ pool, ...options });
  web.commit({ station: 'outside', metric: 'temperature', value: 21.5 });
  return web;
}

const minutes = (count: number): Row[] =>
  Array.from({ length: count }, (_, i) => ({ measuredAt: Date.UTC(2026, 10, 22, 12, i) * 1000, value: i }));

test('the table of readings leads back page by page, and forward again to the newest', async () => {
  const web = await useStation(minutes(250));
  const rows = (html: string): number[] =>
    [...html.matchAll(/<td class="figure">([\d.]+)<\/td>/g)].map(([, number]) => Number(number));
  const link = (html: string, name: string): string =>
    (new RegExp(`href="([^"]+)"[^>]*>${name}<`).exec(html)?.[1] ?? '')
      .replaceAll('&amp;', '&')
      .replaceAll('&#x3D;', '=');
  const first = (await web.ask(READINGS)).text;
  const second = (await web.ask(link(first, 'Older'))).text;
  const third = (await web.ask(link(second, 'Older'))).text;
  expect([...rows(first), ...rows(second), ...rows(third)]).toStrictEqual(
    Array.from({ length: 250 }, (_, i) => 249 - i),
  );
  expect(link(first, 'Newer')).toBe('');
  expect(link(third, 'Older')).toBe('');
  expect(rows((await web.ask(link(third, 'Newer'))).text)).toStrictEqual(rows(second));
  expect(rows((await web.ask(link(second, 'Newer'))).text)).toStrictEqual(rows(first));
});

test('when clocks go back, both hours of the table have a heading of their own', async () => {
  const hour = (utc: number): Row => ({ measuredAt: Date.UTC(2026, 9, 25, utc, 30) * 1000, value: utc });
  const web = await useStation([hour(0), hour(1)], { timeZone: 'Europe/Paris' });
  const { text } = await web.ask(READINGS);
  const table = text
    .slice(text.indexOf('<table>'))
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ');
  expect(table).toContain('Sunday, 25 October 2026 GMT+1 02:30:00 GMT+1 1.0');
  expect(table).toContain('Sunday, 25 October 2026 GMT+2 02:30:00 GMT+2 0.0');
});

test('the page of a station leads to the table of its readings, and that back to it', async () => {
  const web = await useStation([]);
  expect((await web.ask('/stations/outside')).text).toContain('<a href="/stations/outside/readings">');
  const { status, text } = await web.ask(READINGS);
  expect(status).toBe(200);
  expect(text).toContain('<p class="crumb"><a href="/stations/outside">outside</a></p>');
});

test('a station without readings has a page of them that says so', async () => {
  const web = await useWeb();
  web.addStation('outside');
  const { status, text } = await web.ask(READINGS);
  expect(status).toBe(200);
  expect(text).toContain('No reading yet.');
});

test('while the database is away, the page of readings says so', async () => {
  const web = await useWeb();
  web.commit({ station: 'outside', metric: 'temperature', value: 21.5 });
  const { status, text } = await web.ask(READINGS);
  expect(status).toBe(200);
  expect(text).toContain('The database does not answer');
});

test('a metric that the station has never sent is a page that says so, with status 404', async () => {
  const web = await useStation([]);
  const { status, text } = await web.ask(`${READINGS}?metric=rain`);
  expect(status).toBe(404);
  expect(text).toContain('outside has never sent a metric named rain.');
});

test('readings of a private service are for whoever may read the station', async () => {
  const web = await useStation(minutes(1), { isPrivate: true });
  const own = web.credentials.add('station', 'outside');
  const other = web.credentials.add('station', 'inside');
  const asked = async (headers: Record<string, string>): Promise<number> =>
    (await web.app.inject({ url: READINGS, headers })).statusCode;
  expect(await asked({})).toBe(303);
  expect(await asked({ authorization: `Bearer ${own}` })).toBe(200);
  expect(await asked({ authorization: `Bearer ${other}` })).toBe(403);
});
