import { expect, test } from 'vitest';
import { useChromium } from '../support/chromium.ts';
import { poll } from '../support/poll.ts';
import { useTestDatabase } from '../support/database.ts';
import { seedSeries } from '../support/series.ts';
import { startOn, useService } from '../support/service.ts';

const open = useChromium();
const HOSTILE = `<script>alert(1)</script><img src=x onerror=alert(2)>`;

test('what a station, a title, a unit or a payload is called is shown as text, and runs nowhere', async (context) => {
  const database = await useTestDatabase();
  const row = { measuredAt: Date.now() * 1000, value: 21.5 };
  await seedSeries(database.pool, { station: 'outside', metric: 'temperature', unit: HOSTILE }, [row]);
  await seedSeries(database.pool, { station: 'outside', metric: 'mood', unit: HOSTILE }, [row]);
  await database.pool.query('UPDATE stations SET title = $1', [HOSTILE]);
  const { url, connect } = await startOn(database);
  const client = await connect();
  await client.publishAsync('stations/outside/temperature', HOSTILE, { qos: 1 });
  await client.publishAsync(`stations/${HOSTILE}/x`, HOSTILE, { qos: 1 });
  const { page, complaints } = await open(context, url);
  const readings = '/stations/outside/readings?metric=mood';
  for (const path of ['/', '/stations/outside', readings, '/status', '/login']) {
    await page.goto(url + path);
    if (path === '/') await page.waitForSelector('#link[data-state="live"]');
    if (path !== '/login') expect(await page.textContent('main'), `at ${path}`).toContain(HOSTILE);
    expect(await page.locator('main script, main img, main b').count(), `at ${path}`).toBe(0);
  }
  await page.goto(`${url}/status`);
  await poll(async () => (await page.textContent('.rejected-list'))?.includes(HOSTILE));
  await page.goto(`${url}/stations/outside`);
  await page.waitForSelector('#link[data-state="live"]');
  const reading = JSON.stringify({ value: 22.5, unit: HOSTILE });
  await client.publishAsync('stations/outside/temperature', '22.5', { qos: 1 });
  await client.publishAsync('stations/outside/temperature', reading, { qos: 1 });
  await poll(async () => (await page.textContent('.primary .number')) === '22.5');
  expect(complaints).toStrictEqual([]);
});

test('JSON that holds markup is JSON to every browser', async () => {
  const { url, connect } = await useService();
  const client = await connect();
  await client.publishAsync('stations/outside/temperature', HOSTILE, { qos: 1 });
  const response = await fetch(`${url}/api/rejected`);
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(await response.text()).toContain('<script>');
});
