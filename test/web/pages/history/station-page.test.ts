import type { Pool } from 'pg';
import { expect, test } from 'vitest';
import type { ChartData, ChartsData } from '../../../../src/web/pages/history/chart-data.ts';
import { useTestDatabase } from '../../../support/database.ts';
import { type Row, seedSeries } from '../../../support/series.ts';
import { type TestWeb, useWeb } from '../../../support/web.ts';
import type { WebPartsOptions } from '../../../support/web-parts.ts';

const PAGE = '/stations/outside';
const HOUR_MS = 3_600_000;
const UNITS: Readonly<Record<string, string>> = { temperature: '°C', humidity: '%', pressure: 'hPa' };

/** Readings of every hour of the last days, the last of them just now. */
function hours(count: number, valueAt: (index: number) => number): Row[] {
  const now = Date.now();
  return Array.from({ length: count }, (_, index) => ({
    measuredAt: (now - (count - 1 - index) * HOUR_MS) * 1000,
    value: valueAt(index),
  }));
}

async function useStations(
  series: Readonly<Record<string, readonly Row[]>>,
  options: WebPartsOptions = {},
): Promise<TestWeb & { pool: Pool }> {
  const { pool } = await useTestDatabase();
  const web = await useWeb({ pool, ...options });
  for (const [name, rows] of Object.entries(series)) {
    const [station = '', metric = ''] = name.split(':');
    await seedSeries(pool, { station, metric, unit: UNITS[metric] ?? null }, rows);
    web.commit({ station, metric, value: rows.at(-1)?.value ?? 0 });
  }
  return { ...web, pool };
}

const OUTSIDE = {
  'outside:temperature': hours(100, (index) => index / 10),
  'outside:humidity': hours(100, () => 50),
  'inside:temperature': hours(30, () => 20),
};

function unescape(text: string): string {
  return text.replaceAll('&quot;', '"').replaceAll('&#x3D;', '=').replaceAll('&amp;', '&');
}

function read(html: string): { all: ChartsData; charts: ChartData[] } {
  const attributes = (name: string): unknown[] =>
    [...html.matchAll(new RegExp(` ${name}="([^"]*)"`, 'g'))].map(([, text]) => JSON.parse(unescape(text!)));
  return { all: attributes('data-charts')[0] as ChartsData, charts: attributes('data-chart') as ChartData[] };
}

test('a chart says what is in it, for the script that draws it anew', async () => {
  const web = await useStations(OUTSIDE);
  const { status, text } = await web.ask(`${PAGE}?with=inside:temperature&compare=1d`);
  expect(status).toBe(200);
  const { all, charts } = read(text);
  expect(all).toMatchObject({ isOpen: true, isCurrent: true, every: 'raw', timeZone: 'Europe/Paris' });
  expect(all.to - all.from).toBe(86_400);
  const present = [{ from: all.from, to: all.to, offset: 0 }];
  const earlier = charts[0]!.lines[1]!.spans;
  expect(earlier.at(-1)!.to + earlier.at(-1)!.offset).toBe(all.to);
  const line = { station: 'outside', label: 'Temperature', spans: present, isBand: false };
  expect(charts).toEqual([
    {
      unit: '°C',
      shape: 'lines',
      every: 'raw',
      lines: [
        { ...line, metric: 'temperature', kind: 'main', style: 0 },
        { ...line, metric: 'temperature', kind: 'earlier', style: 5, label: 'Day before', spans: earlier },
        {
          ...line,
          station: 'inside',
          metric: 'temperature',
          kind: 'other',
          style: 1,
          label: 'inside: Temperature',
        },
      ],
    },
    {
      unit: '%',
      shape: 'lines',
      every: 'raw',
      lines: [
        { ...line, metric: 'humidity', label: 'Humidity', kind: 'main', style: 0 },
        { ...line, metric: 'humidity', kind: 'earlier', style: 5, label: 'Day before', spans: earlier },
      ],
    },
  ]);
});

test('metrics are shown in the order of the address, others of another unit in a chart of their own', async () => {
  const web = await useStations({ ...OUTSIDE, 'attic:pressure': hours(3, () => 1000) });
  const { text } = await web.ask(`${PAGE}?metrics=humidity&with=inside:temperature,attic:pressure`);
  expect(read(text).charts.map(({ lines }) => lines.map(({ label, kind }) => `${kind} ${label}`))).toEqual([
    ['main Humidity'],
    ['other inside: Temperature'],
    ['other attic: Pressure'],
  ]);
});

test('a longer range is drawn of buckets, everything from its first reading on', async () => {
  const rows = hours(1_000, (index) => index % 24);
  const web = await useStations({ 'outside:temperature': rows });
  const { all, charts } = read((await web.ask(`${PAGE}?range=all`)).text);
  expect(all.every).toBe('3h');
  expect(charts[0]!.lines[0]!.isBand).toBe(true);
  const first = rows[0]!.measuredAt / 1_000_000;
  expect(first - all.from).toBeGreaterThanOrEqual(0);
  expect(first - all.from).toBeLessThan(3 * 3600);
});

test('picked dates are those of the owner', async () => {
  const web = await useStations(OUTSIDE);
  const { text } = await web.ask(`${PAGE}?from=2026-10-25&to=2026-10-25&metrics=humidity`);
  const { all } = read(text);
  expect([all.from, all.to]).toEqual(
    ['2026-10-24T22:00Z', '2026-10-25T23:00Z'].map((time) => Date.parse(time) / 1000),
  );
  expect(all).toMatchObject({ isOpen: false, isCurrent: false });
  expect(text).toContain('<input type="date" name="from" value="2026-10-25"');
  expect(text).toContain('<input type="hidden" name="metrics" value="humidity">');
});

test.each([
  ['range=2h', 400, 'There is no range “2h”'],
  ['from=2026-11-02&to=2026-11-01', 400, 'The range ends before it begins.'],
  ['from=yesterday', 400, '“from” is to be a date'],
  ['compare=1y&from=1990-01-01', 400, 'three years long at the most'],
  ['with=inside', 400, 'which is no name'],
  ['metrics=rain', 404, 'outside has never sent a metric named rain.'],
  ['with=nowhere:rain', 404, 'No station is named nowhere.'],
])(
  'an address with %s is answered with %i, and a page that says what is wrong',
  async (query, status, words) => {
    const web = await useStations(OUTSIDE);
    const { text, ...reply } = await web.ask(`${PAGE}?${query}`);
    expect(reply.status).toBe(status);
    expect(text).toContain(words);
  },
);

test('nobody gets to see a station beside another that they may not read', async () => {
  const web = await useStations(OUTSIDE, { isPrivate: true });
  const headers = { authorization: `Bearer ${web.credentials.add('station', 'outside')}` };
  expect((await web.ask(PAGE, { headers })).status).toBe(200);
  expect((await web.ask(`${PAGE}?with=inside:temperature`, { headers })).status).toBe(403);
  const everything = { authorization: `Bearer ${web.credentials.add('integrator', 'screen', ['live/#'])}` };
  expect((await web.ask(`${PAGE}?with=inside:temperature`, { headers: everything })).status).toBe(200);
});

test('what may be put beside is what fits into a chart and is in none, of stations that may be read', async () => {
  const web = await useStations({ ...OUTSIDE, 'inside:pressure': hours(1, () => 1000) }, { isPrivate: true });
  const offered = async (principal: Record<string, string>, query = ''): Promise<string[]> => {
    const { text } = await web.ask(PAGE + query, { headers: principal });
    return [...text.matchAll(/<option value="([^"]+)">/g)].map(([, value]) => value!);
  };
  const screen = { authorization: `Bearer ${web.credentials.add('integrator', 'screen', ['live/#'])}` };
  expect(await offered(screen)).toEqual(['inside:temperature']);
  expect(await offered(screen, '?metrics=humidity')).toEqual([]);
  expect(await offered(screen, '?with=inside:temperature')).toEqual([]);
  expect(await offered(screen, '?with=inside:pressure')).toEqual(['inside:temperature']);
  expect(await offered({ authorization: `Bearer ${web.credentials.add('station', 'outside')}` })).toEqual([]);
});

test('while the database is away, the page shows the newest values, and says why there are no charts', async () => {
  const web = await useWeb();
  web.commit({ station: 'outside', metric: 'temperature', value: 21.5 });
  const { status, text } = await web.ask(PAGE);
  expect(status).toBe(200);
  expect(text).toContain('<span class="number">21.5</span>');
  expect(text).toContain('The database does not answer at the moment, so the charts can not be drawn.');
});

test('without scripts a page of now is renewed each minute, one of the past stands still', async () => {
  const web = await useStations(OUTSIDE);
  const isRenewed = async (query: string): Promise<boolean> =>
    (await web.ask(`${PAGE}?${query}`)).text.includes('<meta http-equiv="refresh" content="60">');
  expect(await isRenewed('range=7d')).toBe(true);
  expect(await isRenewed('from=2026-10-01')).toBe(true);
  expect(await isRenewed('from=2026-10-01&to=2026-10-02')).toBe(false);
});
