import { expect, test } from 'vitest';
import { useChromium } from '../support/chromium.ts';
import { useTestDatabase } from '../support/database.ts';
import { poll } from '../support/poll.ts';
import { insertRows, seedSeries } from '../support/series.ts';
import { useWeb } from '../support/web.ts';

const open = useChromium();

test("a station's pages keep its values, and its newest readings, up to date", async (context) => {
  const { pool } = await useTestDatabase();
  const measuredAt = Date.now() * 1000;
  const series = { station: 'outside', metric: 'temperature', unit: '°C' };
  const seriesId = await seedSeries(pool, series, [{ measuredAt, value: 1 }]);
  const web = await useWeb({ pool });
  web.commit({ station: 'outside', metric: 'temperature', value: 1 });
  web.commit({ station: 'outside', metric: 'humidity', value: 48 });
  const { page, complaints } = await open(context, web.url);
  const { page: table, complaints: complaintsOfTable } = await open(context, web.url);
  await page.goto(`${web.url}/stations/outside`);
  await table.goto(`${web.url}/stations/outside/readings`);
  for (const each of [page, table]) await each.waitForSelector('#link[data-state="live"]');
  expect(await table.locator('tbody td:nth-child(2)').allTextContents()).toStrictEqual(['1.0']);
  await insertRows(pool, seriesId, [{ measuredAt: measuredAt + 1_000_000, value: 2 }]);
  web.commit({ station: 'outside', metric: 'temperature', value: 2 });
  await poll(async () => (await page.textContent('.primary .number')) === '2.0');
  await poll(async () => (await table.locator('tbody td:nth-child(2)').count()) === 2);
  expect(await table.locator('tbody td:nth-child(2)').allTextContents()).toStrictEqual(['2.0', '1.0']);
  expect([...complaints, ...complaintsOfTable]).toStrictEqual([]);
});

test('that a station is offline is a mark on its page, and no word on a phone is broken in two', async (context) => {
  const { pool } = await useTestDatabase();
  const web = await useWeb({ pool });
  web.commit({ station: 'outside', metric: 'temperature', value: 1, ageMs: 20 * 60_000 });
  web.commit({ station: 'outside', metric: 'humidity', value: 48, ageMs: 20 * 60_000 });
  const { page } = await open(context, web.url, { viewport: { width: 360, height: 740 } });
  await page.goto(`${web.url}/stations/outside?lang=de`);
  expect((await page.locator('.offline').boundingBox())!.width).toBeLessThan(100);
  const label = (await page.locator('#metrics-label').boundingBox())!;
  expect(label.height, 'one line').toBeLessThan(30);
});

test('where there is room, the last day stands beside the digits, and charts begin on the first screen', async (context) => {
  const { pool } = await useTestDatabase();
  const web = await useWeb({ pool });
  for (const ageMs of [9_000_000, 0])
    web.commit({ station: 'outside', metric: 'temperature', value: -12.3, ageMs });
  web.commit({ station: 'outside', metric: 'humidity', value: 48 });
  const { page } = await open(context, web.url, { viewport: { width: 1280, height: 720 } });
  await page.goto(`${web.url}/stations/outside`);
  const box = async (part: string) => (await page.locator(part).boundingBox())!;
  const [digits, strip] = [await box('.primary .number'), await box('.strip')];
  expect(strip.x).toBeGreaterThan(digits.x + digits.width);
  expect(strip.height).toBeGreaterThan(90);
  expect(strip.height).toBeLessThan(200);
  expect((await box('.ranges')).y).toBeLessThan(720);
  await page.setViewportSize({ width: 360, height: 740 });
  expect((await box('.strip')).y).toBeGreaterThan((await box('.primary .number')).y + 40);
});

test('the metric of the table is chosen by a link', async (context) => {
  const { pool } = await useTestDatabase();
  const row = { measuredAt: Date.now() * 1000, value: 48 };
  await seedSeries(pool, { station: 'outside', metric: 'temperature', unit: '°C' }, []);
  await seedSeries(pool, { station: 'outside', metric: 'humidity', unit: '%' }, [row]);
  const web = await useWeb({ pool });
  web.commit({ station: 'outside', metric: 'temperature', value: 1 });
  web.commit({ station: 'outside', metric: 'humidity', value: 48 });
  const { page } = await open(context, web.url);
  await page.goto(`${web.url}/stations/outside/readings`);
  await page.getByRole('link', { name: 'Humidity' }).click();
  expect(await page.locator('thead th:nth-child(2)').textContent()).toBe('Humidity, %');
  expect(await page.locator('tbody td:nth-child(2)').allTextContents()).toStrictEqual(['48']);
});
