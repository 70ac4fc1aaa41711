import { expect, test, type TestContext } from 'vitest';
import type { Page } from 'playwright-core';
import { findBarriers } from '../support/accessibility.ts';
import { useChromium } from '../support/chromium.ts';
import { useTestDatabase } from '../support/database.ts';
import { seedSeries } from '../support/series.ts';
import { useWeb } from '../support/web.ts';

const open = useChromium();
const HOUR_MS = 3_600_000;

/** The page of a station that has measured for 60 days, in a browser without scripts. */
async function openPage(context: TestContext, width = 820): Promise<{ page: Page; complaints: string[] }> {
  const { pool } = await useTestDatabase();
  const web = await useWeb({ pool });
  const now = Date.now();
  for (const [station, metric, unit] of [
    ['outside', 'temperature', '°C'],
    ['outside', 'humidity', '%'],
    ['inside', 'temperature', '°C'],
  ] as const) {
    const rows = Array.from({ length: 60 * 24 }, (_, hour) => ({
      measuredAt: (now - hour * HOUR_MS) * 1000,
      value: 20 + 5 * Math.sin(hour / 5),
    }));
    await seedSeries(pool, { station, metric, unit }, rows);
    web.commit({ station, metric, value: 20 });
  }
  const viewport = { width, height: 900 };
  const opened = await open(context, web.url, { javaScriptEnabled: false, viewport });
  await opened.page.goto(`${web.url}/stations/outside`);
  return opened;
}

const parameters = (page: Page): Record<string, string> =>
  Object.fromEntries(new URL(page.url()).searchParams);

test('without scripts, ranges, comparisons, metrics and tables are links that keep what else is chosen', async (context) => {
  const { page, complaints } = await openPage(context);
  expect(await page.getByRole('img', { name: 'Temperature' }).count()).toBe(2);
  await page.getByRole('link', { name: '30 days' }).click();
  await page.getByRole('link', { name: 'Week before' }).click();
  await page.getByRole('navigation', { name: 'Metrics' }).getByRole('link', { name: 'Humidity' }).click();
  expect(parameters(page)).toEqual({ range: '30d', compare: '7d', metrics: 'temperature' });
  for (const name of ['30 days', 'Week before', 'Take Temperature away', 'Charts']) {
    const link = page.locator('#range').getByRole('link', { name, exact: true });
    expect(await link.getAttribute('aria-current'), `of ${name}`).toBe('true');
  }
  expect(await page.locator('.chart').count()).toBe(1);
  expect(await page.locator('.area .line-5').count()).toBe(1);
  expect(await page.locator('.area .band').count()).toBe(1);
  await page.locator('.downloads').getByRole('link', { name: 'Table' }).click();
  expect(parameters(page)).toMatchObject({ range: '30d', compare: '7d', view: 'table' });
  expect(await page.getByRole('columnheader').allTextContents()).toEqual(
    expect.arrayContaining(['Time', 'Lowest', 'Mean', 'Highest', 'Readings', 'Week before']),
  );
  await page.locator('.downloads').getByRole('link', { name: 'Chart' }).click();
  expect(await page.locator('.plot').count()).toBe(1);
  expect(complaints).toStrictEqual([]);
});

test('without scripts, dates are picked and series put beside by forms', async (context) => {
  const { page, complaints } = await openPage(context);
  const date = (daysAgo: number): string =>
    new Date(Date.now() - daysAgo * 24 * HOUR_MS).toISOString().slice(0, 10);
  await page.getByRole('link', { name: 'Day before' }).click();
  await page.getByLabel('From').fill(date(20));
  await page.getByLabel('To', { exact: true }).fill(date(18));
  await page.getByRole('button', { name: 'Show' }).click();
  expect(parameters(page)).toEqual({ from: date(20), to: date(18), compare: '1d' });
  expect(await page.getByLabel('From').inputValue()).toBe(date(20));
  await page.getByLabel('Draw beside it').selectOption({ label: 'inside: Temperature' });
  await page.getByRole('button', { name: 'Add' }).click();
  expect(parameters(page)).toEqual({
    from: date(20),
    to: date(18),
    compare: '1d',
    with: 'inside:temperature',
  });
  expect(await page.locator('#chart-0 .legend li').allTextContents()).toEqual([
    ' Temperature',
    ' Day before',
    ' inside: Temperature',
  ]);
  await page.getByRole('link', { name: 'Take inside: Temperature away' }).click();
  expect(parameters(page)).toEqual({ from: date(20), to: date(18), compare: '1d' });
  expect(complaints).toStrictEqual([]);
});

test.for([360, 820, 1920])(
  'at %i px, charts are as wide as their sheet, and times do not run into each other',
  async (width, context) => {
    const { page } = await openPage(context, width);
    const boxOf = async (
      selector: string,
    ): Promise<{ x: number; y: number; width: number; height: number }> =>
      (await page.locator(selector).first().boundingBox())!;
    const [sheet, area] = [await boxOf('.chart'), await boxOf('.area')];
    expect(area.width / sheet.width).toBeGreaterThan(0.7);
    expect(area.height).toBeGreaterThan(140);
    expect(area.x + area.width).toBeLessThan(sheet.x + sheet.width);
    const labels = await page.locator('#chart-0 .times text').all();
    const boxes = (await Promise.all(labels.map((label) => label.boundingBox()))).filter(
      (box) => box !== null && box.width > 0,
    );
    expect(boxes.length).toBeGreaterThan(2);
    for (const [index, box] of boxes.slice(1).entries()) {
      expect(box!.x - boxes[index]!.x - boxes[index]!.width, `before label ${index + 1}`).toBeGreaterThan(3);
    }
    // Each value stands at its line.
    const values = await page.locator('#chart-0 .values span').all();
    const [first, last] = [(await values[0]!.boundingBox())!, (await values.at(-1)!.boundingBox())!];
    expect(Math.abs(first.y + first.height / 2 - area.y)).toBeLessThan(2);
    expect(Math.abs(last.y + last.height / 2 - area.y - area.height)).toBeLessThan(2);
  },
);

test('of wind and rain there are dots, bars and a rose, which keep nobody out and fit on a phone', async (context) => {
  const { pool } = await useTestDatabase();
  const web = await useWeb({ pool });
  for (const [metric, unit, most] of [
    ['wind_dir', '°', 360],
    ['wind_speed', 'm/s', 12],
    ['rain', 'mm', 2],
  ] as const) {
    const rows = Array.from({ length: 20 }, (_, hour) => ({
      measuredAt: (Date.now() - hour * HOUR_MS) * 1000,
      value: ((hour * 7) % 20) * (most / 20),
    }));
    await seedSeries(pool, { station: 'outside', metric, unit }, rows);
    web.commit({ station: 'outside', metric, value: 1, unit });
  }
  const { page, complaints } = await open(context, web.url, { viewport: { width: 360, height: 740 } });
  for (const query of ['?compare=1d', '?view=table']) {
    await page.goto(`${web.url}/stations/outside${query}`);
    expect(await page.getByRole('heading', { level: 3 }).allTextContents()).toEqual([
      'Wind speed m/s',
      'Wind direction',
      'Rain mm',
      'Wind rose',
    ]);
    expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(360);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await findBarriers(page), `${query} in ${colorScheme} colours`).toStrictEqual([]);
    }
  }
  expect(complaints).toStrictEqual([]);
});
