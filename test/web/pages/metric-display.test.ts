import { expect, test } from 'vitest';
import { type TestWeb, useWeb } from '../../support/web.ts';

async function usePool(): Promise<TestWeb> {
  const web = await useWeb();
  web.commit({ station: 'garden', metric: 'temperature', value: 10 });
  web.commit({ station: 'garden', metric: 'humidity', value: 50 });
  web.commit({ station: 'garden', metric: 'pool', value: 20, unit: '°C' });
  web.commit({ station: 'garden', metric: 'rain', value: 25.4 });
  return web;
}

/** What is to be seen of a page, each reading by what it is called, in order. */
const shownOn = async (web: TestWeb, path: string, cookie = ''): Promise<readonly string[]> => {
  const { text } = await web.ask(path, { headers: { cookie } });
  const reading =
    /class="reading[^"]*" data-metric="([^"]+)"([^>]*)>.*?class="number">([^<]*)<.*?class="unit">([^<]*)</gs;
  return [...text.matchAll(reading)]
    .filter(([, , attributes = '']) => !attributes.includes('hidden') && !attributes.includes('data-derived'))
    .map(([, metric, , number, unit]) => `${metric} ${number} ${unit}`);
};

test('metrics stand in their order, the first of those with a position large, and what is hidden stands on the page of the station', async () => {
  const web = await usePool();
  const usual = ['temperature 10.0 °C', 'humidity 50 %', 'rain 25.4 mm', 'pool 20.0 °C'];
  expect(await shownOn(web, '/')).toEqual(usual);
  web.displayMetric('garden', 'pool', { position: 1, title: 'The pool' });
  web.displayMetric('garden', 'rain', { position: 2 });
  web.displayMetric('garden', 'humidity', { isHidden: true });
  expect(await shownOn(web, '/')).toEqual(['pool 20.0 °C', 'rain 25.4 mm', 'temperature 10.0 °C']);
  expect(await shownOn(web, '/stations/garden')).toHaveLength(4);
  const { text } = await web.ask('/');
  expect(text).toContain('<p class="primary-name">The pool</p>');
  expect(text).toContain('<dt>Dew point</dt>');
  expect((await web.ask('/stations/garden')).text).toMatch(/aria-labelledby="metrics-label".*?>The pool</s);
});

test('metrics stand in one order on both pages, what is of the weather first and what is of the device last', async () => {
  const web = await useWeb();
  for (const metric of ['battery', 'rssi', 'wind_dir', 'wind_speed', 'anything', 'humidity']) {
    web.commit({ station: 'mast', metric, value: 5, unit: '%' });
  }
  const order = ['humidity', 'wind_speed', 'wind_dir', 'anything', 'battery', 'rssi'];
  for (const path of ['/', '/stations/mast']) {
    expect(
      (await shownOn(web, path)).map((text) => text.split(' ', 1)[0]),
      `at ${path}`,
    ).toEqual(order);
  }
  expect((await web.ask('/')).text).toMatch(/<div class="reading primary" data-metric="humidity"/);
});

test('a station of which all is hidden keeps its name', async () => {
  const web = await useWeb();
  web.commit({ station: 'garden', metric: 'temperature', value: 10 });
  web.displayMetric('garden', 'temperature', { isHidden: true });
  expect(await shownOn(web, '/')).toEqual([]);
  expect((await web.ask('/')).text).toContain('>garden</a>');
  expect(await shownOn(web, '/stations/garden')).toEqual(['temperature 10.0 °C']);
});

test('a unit of one metric holds until a visitor chooses another for that quantity', async () => {
  const web = await usePool();
  web.displayMetric('garden', 'pool', { unit: '°F' });
  const poolOf = async (path: string, cookie?: string): Promise<string | undefined> =>
    (await shownOn(web, path, cookie)).find((text) => text.startsWith('pool'));
  expect(await poolOf('/')).toBe('pool 68.0 °F');
  expect(await poolOf('/?units=kmh')).toBe('pool 68.0 °F');
  expect(await poolOf('/?units=c')).toBe('pool 20.0 °C');
  expect(await poolOf('/?units=metric')).toBe('pool 20.0 °C');
  expect(await poolOf('/', 'thermograph_units=c,kmh,hpa,mm')).toBe('pool 20.0 °C');
  expect(await poolOf('/', 'thermograph_units=kmh')).toBe('pool 68.0 °F');
  const back = await web.ask('/?units=usual', { headers: { cookie: 'thermograph_units=c' } });
  expect(back.headers.get('set-cookie')).toMatch(/^thermograph_units=;/);
  expect(back.text).toContain('<span class="number">68.0</span>');
  expect(back.text).toMatch(/<a href="\/\?units&#x3D;usual" aria-current="true">As set up<\/a>/);
});

test('what derives from the temperature is shown in its unit', async () => {
  const web = await usePool();
  web.displayMetric('garden', 'temperature', { unit: '°F' });
  const { text } = await web.ask('/');
  expect(text).toMatch(/data-metric="dew_point".*?class="number">32\.\d<.*?class="unit">°F</s);
});

test('the API tells the title, and keeps the unit of the series', async () => {
  const web = await usePool();
  web.displayMetric('garden', 'pool', { unit: '°F', title: 'The pool' });
  const { body } = await web.ask('/api/stations/garden');
  expect(body.latest[2]).toMatchObject({ metric: 'pool', title: 'The pool', value: 20, unit: '°C' });
  expect(body.latest[0]).not.toHaveProperty('title');
  expect((await web.ask('/api/stations')).body.stations[0]).toEqual(body);
});
