import { expect, test } from 'vitest';
import { useTestDatabase } from '../../../support/database.ts';
import { seedSeries } from '../../../support/series.ts';
import { type TestWeb, useWeb } from '../../../support/web.ts';

const MINUTE: number = 60_000_000;
const DAY = Date.parse('2026-10-09T22:00Z') * 1000;
const PAGE = '/stations/outside?from=2026-10-10&to=2026-10-10';
const UNITS: Readonly<Record<string, string>> = {
  temperature: '°C',
  wind_dir: '°',
  wind_speed: 'm/s',
  'wind_dir.roof': '°',
  'wind_speed.roof': 'm/s',
  rain: 'mm',
  rain_total: 'mm',
};

/** A station of which each metric has values at so many minutes after midnight of 10 October. */
async function useMetrics(
  metrics: Readonly<Record<string, readonly (readonly [minute: number, value: number])[]>>,
): Promise<TestWeb> {
  const { pool } = await useTestDatabase();
  const web = await useWeb({ pool });
  for (const [metric, values] of Object.entries(metrics)) {
    const rows = values.map(([minute, value]) => ({ measuredAt: DAY + minute * MINUTE, value }));
    await seedSeries(pool, { station: 'outside', metric, unit: UNITS[metric]! }, rows);
    web.commit({ station: 'outside', metric, value: rows.at(-1)!.value, unit: UNITS[metric]! });
  }
  return web;
}

function figure(html: string, name: string): string {
  return html.split('<figure').find((part) => new RegExp(`<h3[^>]*>${name}`).test(part))!;
}

const text = (html: string): string => html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/[\s\u{a0}]+/gu, ' ');

test('directions are dots between the four quarters, without a line from 359 to 1', async () => {
  const web = await useMetrics({
    wind_dir: [
      [0, 359],
      [720, 1],
      [721, 2],
    ],
  });
  const html = figure((await web.ask(PAGE)).text, 'Wind direction');
  expect(html).toContain('<path class="line line-0" d="M0 1h0M1000 499h0M1001 497h0"/>');
  expect(text(html.slice(html.indexOf('<div class="values">'), html.indexOf('<svg')))).toBe(' N W S E N ');
  expect(html).toContain('Most often from N.');
  const table = figure((await web.ask(`${PAGE}&view=table`)).text, 'Wind direction');
  expect([...table.matchAll(/<td class="figure">(.*?)</g)].map(([, cell]) => cell)).toStrictEqual([
    '359° N',
    '1° N',
    '2° N',
  ]);
  expect(html).toContain('&quot;shape&quot;:&quot;dots&quot;');
  expect((await web.ask(`${PAGE}&lang=de`)).text).toContain('Am häufigsten aus N.');
});

test('rain is bars of what has come, of a counter by how much it has risen, from zero on', async () => {
  const web = await useMetrics({
    rain: [
      [30, 0.2],
      [90, 1],
      [100, 1],
      [1000, 0],
    ],
    rain_total: [
      [0, 100],
      [30, 100.5],
      [90, 2],
      [100, 3],
    ],
  });
  const page = (await web.ask(PAGE)).text;
  const rain = figure(page, 'Rain <');
  // 24 bars: the first of 0.2, the second of 2 mm, which is the top.
  expect(rain).toContain('<path class="bar line-1" d="M8 500V450h67V500zM91 500V0h68V500z"/>');
  expect(text(rain)).toContain('Total 2.2 mm, most 2.0 mm (10 Oct, 01:00).');
  expect(rain).toContain('&quot;shape&quot;:&quot;bars&quot;,&quot;every&quot;:&quot;1h&quot;');
  const total = text(figure(page, 'Rain total'));
  expect(total).toContain('Total 3.5 mm, most 3.0 mm (10 Oct, 01:00).');
  const table = text(figure((await web.ask(`${PAGE}&view=table`)).text, 'Rain <'));
  expect(table).toContain('Time Rain Saturday, 10 October 2026 GMT+2 00:00 0.2 01:00 2.0 16:00 0.0');
});

test('bars of several series stand side by side, and each tells what has come', async () => {
  const web = await useMetrics({
    rain: [[90, 2]],
    rain_total: [
      [0, 1],
      [100, 5],
    ],
  });
  const page = (await web.ask(`${PAGE}&metrics=rain&with=outside:rain_total&compare=1d`)).text;
  const html = figure(page, 'Rain <');
  expect(html).toContain('<path class="bar line-2" d="M125 500V0h34V500z"/>');
  expect(html).toContain('<path class="bar line-1" d="M91 500V250h34V500z"/>');
  expect(text(html)).toContain(
    'Total 2.0 mm, most 2.0 mm (10 Oct, 01:00). Day before: no readings in this range. Rain total: total 4.0 mm.',
  );
  expect(page).not.toContain('id="chart-1"');
});

test('records of rain are what has come in all and on the wettest day, and directions have none', async () => {
  const web = await useMetrics({
    temperature: [[0, 7]],
    rain: [
      [30, 0.2],
      [90, 2],
      [1500, 5],
      [2900, 0],
    ],
    rain_total: [
      [0, 100],
      [1500, 103],
      [1600, 1],
      [2900, 1],
    ],
    wind_dir: [[0, 359]],
  });
  const { text: page } = await web.ask(`${PAGE}&units=in`);
  const records = text(page.slice(page.indexOf('id="records"')));
  expect(records).toMatch(/When Lowest Highest Temperature .*When Total Wettest day Rain /);
  expect(records).toMatch(
    / Rain .*All time 0\.28 in 0\.20 in 11 Oct 2026 Rain total .*All time 0\.16 in 0\.16 in 11 Oct 2026/,
  );
  expect(records).not.toContain('direction');
  const ofRain = await web.ask(`${PAGE}&metrics=rain&units=mm&lang=de`);
  expect(text(ofRain.text)).toMatch(/Nassester Tag Regen .*Seit Beginn 7,2 mm 5,0 mm/);
});

test('bars of a longer range are of days, of a year of weeks', async () => {
  const web = await useMetrics({ rain: [[30, 0.2]] });
  for (const [query, every] of [
    ['from=2026-10-01&to=2026-10-20', '1d'],
    ['from=2026-01-01&to=2026-12-31', '7d'],
    ['from=2020-01-01&to=2026-12-31', '1mo'],
  ]) {
    const html = (await web.ask(`/stations/outside?${query}`)).text;
    expect(figure(html, 'Rain'), `of ${query}`).toContain(`&quot;every&quot;:&quot;${every}&quot;`);
    expect(html, `of ${query}`).toContain(`every&#x3D;${every}&amp;units`);
  }
});

test('a wind rose tells where wind came from, as a drawing or as a table', async () => {
  const every10 = (values: readonly number[]): [number, number][] =>
    values.map((value, i) => [i * 10, value]);
  const web = await useMetrics({
    wind_dir: every10([0, 0, 0, 90, 90, 180, 180, 180, 180, 270]),
    wind_speed: every10([1, 1, 6, 2, 2, 0, 0, 0.1, 12, 4]),
  });
  const html = figure((await web.ask(PAGE)).text, 'Wind rose');
  expect(text(html)).toContain('Most often from N, 30% of the time; calm 30%.');
  expect(text(html)).toContain(
    '0.3–1.6 m/s 1.6–3.4 m/s 3.4–5.5 m/s 5.5–8.0 m/s 8.0–10.8 m/s 10.8 m/s and more',
  );
  expect(html).toContain('<circle class="rules" r="100"/>');
  const table = text(figure((await web.ask(`${PAGE}&view=table&lang=de&units=kmh`)).text, 'Windrose'));
  expect(table).toContain('Am häufigsten aus N, 30 % der Zeit; windstill 30 %.');
  expect(table).toContain('ab 38,9 km/h N 30 % 20 % 0 % 0 % 10 % 0 % 0 % NNO 0 %');
  expect(table).toContain('Windstill 30 % Umlaufend 0 %');
  const link = /href="(\/api\/stations\/outside\/wind-rose[^"]*)"/.exec(html)![1]!;
  const { body } = await web.ask(link.replaceAll('&amp;', '&').replaceAll('&#x3D;', '='));
  expect(body).toMatchObject({ count: 10, calm: 0.3 });
  expect((await web.ask(`${PAGE}&metrics=wind_dir`)).text).toContain('id="wind-rose"');
});

test('of several wind sensors the rose is of the one whose charts are shown', async () => {
  const web = await useMetrics({
    wind_dir: [[0, 0]],
    wind_speed: [[0, 3]],
    'wind_dir.roof': [[0, 180]],
    'wind_speed.roof': [[0, 3]],
  });
  const roseOf = async (query: string): Promise<string> =>
    text(figure((await web.ask(`${PAGE}${query}`)).text, 'Wind rose'));
  expect(await roseOf('')).toContain('Most often from N,');
  expect(await roseOf('&metrics=wind_speed.roof')).toContain('Most often from S,');
  const api = '/api/stations/outside/wind-rose?from=2026-10-09T22:00:00Z&to=2026-10-10T22:00:00Z';
  expect((await web.ask(`${api}&metrics=wind_dir.roof,wind_speed.roof`)).body).toMatchObject({
    direction: 'wind_dir.roof',
    count: 1,
  });
  expect((await web.ask(`${api}&metrics=wind_speed`)).body.error.code).toBe('no-wind');
});

test('there is no wind rose where no chart is of wind, or nothing is known of it', async () => {
  const web = await useMetrics({ wind_dir: [[0, 10]], wind_speed: [[0, 3]], rain: [[0, 1]] });
  expect((await web.ask(PAGE)).text).toContain('id="wind-rose"');
  expect((await web.ask(`${PAGE}&metrics=rain`)).text).not.toContain('id="wind-rose"');
  expect((await web.ask('/stations/outside?from=2025-01-01&to=2025-01-01')).text).not.toContain(
    'id="wind-rose"',
  );
});
