import { expect, test } from 'vitest';
import { useTestDatabase } from '../../../support/database.ts';
import { rollUp } from '../../../support/rolled-up.ts';
import { type Row, seedSeries } from '../../../support/series.ts';
import { type TestWeb, useWeb } from '../../../support/web.ts';

const PAGE = '/stations/outside';
const MINUTE_MS = 60_000;

/** From a time on, every so many minutes. */
function every(minutes: number, from: string, values: readonly number[]): Row[] {
  const start = Date.parse(from);
  return values.map((value, index) => ({ measuredAt: (start + index * minutes * MINUTE_MS) * 1000, value }));
}

/** Its latest readings are of now: what was measured in autumn is only in the database. */
async function useStation(
  rows: readonly Row[],
  more: Readonly<Record<string, readonly Row[]>> = {},
): Promise<TestWeb> {
  const { pool } = await useTestDatabase();
  const web = await useWeb({ pool });
  for (const [station, readings] of Object.entries({ outside: rows, ...more })) {
    await seedSeries(pool, { station, metric: 'temperature', unit: '°C' }, readings);
    web.commit({ station, metric: 'temperature', value: 1 });
  }
  await rollUp(pool, { until: Date.parse('2026-11-20T00:00Z') * 1000, timeZone: 'Europe/Paris' });
  return web;
}

function words(html: string, start: string, end: string): string {
  const from = html.indexOf(start);
  return html
    .slice(from, html.indexOf(end, from))
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/[\s\u{a0}]+/gu, ' ')
    .replaceAll('&quot;', '"')
    .trim();
}

const DAY = '2026-10-25';
/** Both two o'clocks of the day on which clocks were set back. */
const NIGHT = every(30, '2026-10-24T23:30Z', [5, 4.5, 3, 2, 2.5, 4]);

test('a sentence tells the lowest and the highest with their times, and the mean', async () => {
  const web = await useStation([...every(60, '2026-10-24T10:00Z', [9]), ...NIGHT]);
  const summary = async (query: string): Promise<string> =>
    words((await web.ask(`${PAGE}?${query}`)).text, 'class="summary"', '</div>').replace(/^.*?> ?/, '');
  expect(await summary(`from=${DAY}&to=${DAY}`)).toBe(
    'Lowest 2.0 °C at 02:00 GMT+1, highest 5.0 °C at 01:30, mean 3.5 °C.',
  );
  expect(await summary(`from=2026-10-24&to=${DAY}&units=f&lang=de`)).toBe(
    'Tiefster Wert 35,6 °F um 02:00 GMT+1, höchster 48,2 °F am 24. Okt., 12:00, Mittel 39,7 °F.',
  );
  expect(await summary('from=2026-09-01&to=2026-09-02')).toBe('No readings in this range.');
});

test('the table is exactly what is drawn, with both hours of a change of clocks under headings of their own', async () => {
  const web = await useStation(NIGHT);
  const { text } = await web.ask(`${PAGE}?from=${DAY}&to=${DAY}&view=table`);
  expect(words(text, '<div class="chart-table"', '</table>')).toBe(
    'Temperature, as it is drawn Time Temperature ' +
      'Sunday, 25 October 2026 GMT+2 01:30:00 5.0 02:00:00 GMT+2 4.5 02:30:00 GMT+2 3.0 ' +
      'Sunday, 25 October 2026 GMT+1 02:00:00 GMT+1 2.0 02:30:00 GMT+1 2.5 03:00:00 4.0',
  );
  expect(text).not.toContain('class="plot"');
  expect(text).not.toContain('data-charts');
});

test('what is of one second stands in one row, and two readings of one series in two', async () => {
  const at = (time: string, value: number): Row => ({ measuredAt: Date.parse(time) * 1000, value });
  const outside = [
    at('2026-10-03T10:00:00.100Z', 1),
    at('2026-10-03T10:05:00.100Z', 2),
    at('2026-10-03T10:05:00.800Z', 3),
  ];
  const inside = [at('2026-10-03T10:00:00.900Z', 20), at('2026-10-03T10:05:00.400Z', 21)];
  const web = await useStation(outside, { inside });
  const { text } = await web.ask(
    `${PAGE}?from=2026-10-03&to=2026-10-03&view=table&with=inside:temperature&metrics=temperature`,
  );
  expect(words(text, '<div class="chart-table"', '</table>')).toMatch(
    /GMT\+2 12:00:00 1\.0 20\.0 12:05:00 2\.0 21\.0 12:05:00 3\.0 \u{2013}$/u,
  );
});

test('a table of buckets tells the lowest, the mean, the highest and how many, and what is beside it', async () => {
  const days = every(
    60,
    '2026-10-01T00:00Z',
    Array.from({ length: 30 * 24 }, (_, index) => index % 24),
  );
  const web = await useStation(days, { inside: every(60, '2026-10-02T00:00Z', [20, 21]) });
  const { text } = await web.ask(
    `${PAGE}?from=2026-10-01&to=2026-10-30&view=table&with=inside:temperature&compare=1d`,
  );
  const table = words(text, '<div class="chart-table"', '</table>');
  expect(table).toContain(
    'Time Lowest Mean Highest Readings Day before inside: Temperature Thursday, 1 October',
  );
  expect(table.slice(table.indexOf('Friday'), table.indexOf('04:00', table.indexOf('Friday')))).toBe(
    'Friday, 2 October 2026 GMT+2 00:00 22.0 22.5 23.0 2 \u{2013} \u{2013} 02:00 0.0 0.5 1.0 2 0.5 20.5 ',
  );
});

test('the links for CSV and JSON give exactly what is drawn', async () => {
  const days = every(
    60,
    '2026-10-01T00:00Z',
    Array.from({ length: 30 * 24 }, (_, index) => index % 24),
  );
  const web = await useStation(days);
  for (const [query, count] of [
    ['from=2026-10-01&to=2026-10-30&compare=1d', 360],
    ['from=2026-10-03&to=2026-10-05', 72],
  ] as const) {
    const { text } = await web.ask(`${PAGE}?${query}&units=f`);
    const links = [...text.matchAll(/href="(\/api\/history[^"]*)">([^<]+)</g)].map(([, href, label]) => ({
      href: href!.replaceAll('&amp;', '&').replaceAll('&#x3D;', '='),
      label,
    }));
    const json = (await web.ask(links.find(({ label }) => label === 'JSON')!.href)).body;
    const csv = (await web.ask(links.find(({ label }) => label === 'CSV')!.href)).text;
    const table = (await web.ask(`${PAGE}?${query}&units=f&view=table`)).text;
    const rows = [...table.matchAll(/<th scope="row"><time datetime="([^"]+)">/g)].map(([, time]) => time);
    const drawn = json.series[0].buckets.map(({ time }: { time: string }) => time);
    expect(drawn.length, `rows of ${query}`).toBeGreaterThanOrEqual(count - 2);
    expect(
      rows.filter((row) => drawn.includes(row)),
      `times of ${query}`,
    ).toEqual(drawn);
    expect(json.series[0].unit).toBe('°F');
    expect(csv.trim().split('\r\n')).toHaveLength(drawn.length + 1);
    expect(links.filter(({ label }) => label === 'CSV, Day before')).toHaveLength(
      query.includes('compare') ? 1 : 0,
    );
  }
});

test('what is compared is in buckets of the same width, however little there is of it', async () => {
  const hours = (from: string, count: number): Row[] =>
    every(
      60,
      from,
      Array.from({ length: count }, (_, index) => index % 24),
    );
  const web = await useStation([...hours('2025-10-20T00:00Z', 72), ...hours('2026-09-25T00:00Z', 30 * 24)]);
  const { text } = await web.ask(`${PAGE}?from=2026-09-25&to=2026-10-24&compare=1y&view=table`);
  const table = words(text, '<div class="chart-table"', '</table>');
  expect(table).toContain('Year before');
  expect(table).toMatch(/Tuesday, 20 October 2026[^]*? 04:00 \S+ \S+ \S+ 2 2\.5 06:00/);
});

test('a chart without readings says so, and draws nothing', async () => {
  const web = await useStation(NIGHT);
  const { status, text } = await web.ask(`${PAGE}?from=2025-01-01&to=2025-01-02&compare=1y`);
  expect(status).toBe(200);
  expect(text).toContain('No readings in this range.');
  expect(text).toContain('Year before: no readings in this range.');
  expect(text).not.toContain('class="plot"');
});

test('records tell the lowest and the highest ever, with their dates', async () => {
  const web = await useStation([...every(60, '2019-07-04T12:00Z', [38.5, -3]), ...NIGHT]);
  const { text } = await web.ask(PAGE);
  const records = words(text, '<section class="records"', '</section>');
  expect(records).toContain('Temperature');
  expect(records).toContain(
    'All time -3.0 °C 4 Jul 2019, 15:00 38.5 °C 4 Jul 2019, 14:00'.replace('-3', '\u{2212}3'),
  );
});

test('a drawing has values at its side, times below, and a name and a description for those who do not see it', async () => {
  const web = await useStation(NIGHT);
  const { text } = await web.ask(`${PAGE}?from=${DAY}&to=${DAY}`);
  expect(text).toContain(
    '<div class="plot" role="img" aria-labelledby="chart-0-name" aria-describedby="chart-0-summary">',
  );
  expect(words(text, '<div class="values">', '</div>')).toBe('5 4 3 2');
  expect(words(text, '<svg class="times">', '</svg>')).toBe(
    '25 Oct 03:00 06:00 09:00 12:00 15:00 18:00 21:00',
  );
  expect(text).toMatch(/<path class="line line-0" d="M120 0l40 83l40 250l40 167l40 -83l40 -250"\/>/);
});
