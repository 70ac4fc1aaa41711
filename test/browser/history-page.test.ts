import { expect, test } from 'vitest';
import { useChromium } from '../support/chromium.ts';
import {
  becomes,
  drawnData,
  drawnRange,
  openHistory,
  readingsUntil,
  useHistory,
} from '../support/history-page.ts';
import { poll } from '../support/poll.ts';
import { findBarriers } from '../support/accessibility.ts';

const open = useChromium();
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_S = 86_400;

const day = (count = 24 * 6): ReturnType<typeof readingsUntil> =>
  readingsUntil(Date.now(), count, 10 * MINUTE_MS);

/** Whether there is ink in a column of pixels of a chart, `share` of its width from the left of where lines are. */
const hasInk = (chart: number, share: number): string => `(() => {
  const { plot } = document.querySelectorAll('.plot')[${chart}];
  const { left, top, width, height } = plot.bbox;
  const [red, green, blue] = getComputedStyle(document.documentElement).getPropertyValue('--line-0').match(/[^#]{2}/g)
    .map((digits) => Number.parseInt(digits, 16));
  const { data } = plot.ctx.getImageData(Math.round(left + width * ${share}), top, 1, height);
  for (let i = 0; i < data.length; i += 4) {
    const distance = Math.abs(data[i] - red) + Math.abs(data[i + 1] - green) + Math.abs(data[i + 2] - blue);
    if (data[i + 3] > 200 && distance < 30) return true;
  }
  return false;
})()`;

test('where nothing was measured there is nothing drawn, and no line across', async (context) => {
  const rows = day().filter((_, index) => index < 60 || index > 90);
  const web = await useHistory({ 'outside:temperature': rows });
  const { page, complaints } = await openHistory(open, context, web);
  const [times, values] = await drawnData(page);
  const gap = values!.indexOf(null);
  expect(times[gap + 1]! - times[gap - 1]!).toBeCloseTo((32 * 10 * MINUTE_MS) / 1000, 0);
  expect(values!.filter((value) => value === null)).toHaveLength(1);
  await poll(() => page.evaluate<boolean>(hasInk(0, 0.3)));
  expect(await page.evaluate(hasInk(0, 0.52))).toBe(false);
  expect(await page.evaluate(hasInk(0, 0.8))).toBe(true);
  expect(complaints).toStrictEqual([]);
});

test('in buckets there is a band from the lowest to the highest, and of single readings there is none', async (context) => {
  const web = await useHistory({ 'outside:temperature': readingsUntil(Date.now(), 4000, 5 * MINUTE_MS) });
  const { page, complaints } = await openHistory(open, context, web, { query: '?range=7d' });
  const [times, means, lows, highs] = await drawnData(page);
  expect(times.length).toBeGreaterThan(200);
  const both = means!.flatMap((mean, index) =>
    mean === null ? [] : [[lows![index]!, mean, highs![index]!]],
  );
  expect(both.every(([low, mean, high]) => low! <= mean! && mean! <= high!)).toBe(true);
  expect(both.some(([low, , high]) => low! < high!)).toBe(true);
  await page.getByRole('link', { name: '24 hours' }).click();
  await poll(async () => (await drawnData(page)).length === 2);
  expect(complaints).toStrictEqual([]);
});

test('one cursor goes through all charts, and each tells what it has there', async (context) => {
  const web = await useHistory({
    'outside:temperature': day(),
    'outside:humidity': readingsUntil(Date.now(), 24, HOUR_MS, () => 48),
  });
  const { page, complaints } = await openHistory(open, context, web);
  const over = page.locator('.u-over').first();
  const placeInPage = `document.querySelector('.u-over').getBoundingClientRect().top + scrollY`;
  const before = await page.evaluate<number>(placeInPage);
  await over.hover({ position: { x: 200, y: 40 } });
  expect(await page.evaluate(placeInPage), 'nothing moves under the cursor').toBeCloseTo(before, 0);
  const lefts = await page.evaluate<number[]>(
    `[...document.querySelectorAll('.plot')].map(({ plot }) => plot.cursor.left)`,
  );
  expect(lefts).toHaveLength(2);
  expect(Math.abs(lefts[0]! - lefts[1]!)).toBeLessThan(0.5);
  const edges = await page.evaluate<number[]>(
    `[...document.querySelectorAll('.u-over')].map((over) => over.getBoundingClientRect().left)`,
  );
  expect(edges[0]).toBe(edges[1]);
  expect(await page.locator('.readout-value').nth(1).textContent()).toBe('48\u{a0}%');
  expect(await page.locator('.readout-value').first().textContent()).toMatch(/^−?\d+\.\d\u{a0}°C$/u);
  // `Sat, 28 Nov 2026, 21:58`: of the nearest reading, and those of the two are not of the same minute.
  const [first, second] = (await page.locator('.readout-time').allTextContents()).map((text) =>
    Date.parse(text.replaceAll(',', '').replace(/^\w+ /, '')),
  );
  expect(Math.abs(first! - second!)).toBeLessThan(HOUR_MS);
  await page.mouse.move(5, 5);
  await becomes(page, `document.querySelector('.readout-time').textContent === ''`);
  expect(complaints).toStrictEqual([]);
});

test('a reading that comes is drawn, and the range goes on with the time', async (context) => {
  const web = await useHistory({ 'outside:temperature': day(12) });
  const { page, complaints } = await openHistory(open, context, web, { query: '?range=6h' });
  await page.waitForSelector('#link[data-state="live"]');
  const before = await drawnRange(page);
  await web.measure('outside', 'temperature', 33.5);
  await poll(async () => (await drawnData(page))[1]!.at(-1) === 33.5);
  await poll(async () => (await drawnRange(page)).max > before.max);
  const after = await drawnRange(page);
  expect(after.max - after.min).toBeCloseTo(DAY_S / 4, 3);
  await page.getByRole('link', { name: '24 hours' }).click();
  await poll(async () => (await drawnData(page))[1]!.at(-1) === 33.5);
  expect(complaints).toStrictEqual([]);
});

test('a chart out of sight is drawn once it comes into sight, with all that has come', async (context) => {
  const metrics = ['temperature', 'humidity', 'pressure', 'wind_speed'];
  const web = await useHistory(Object.fromEntries(metrics.map((metric) => [`outside:${metric}`, day(12)])));
  const viewport = { width: 820, height: 400 };
  const { page } = await openHistory(open, context, web, { query: '?range=6h', viewport });
  await page.waitForSelector('#link[data-state="live"]');
  await page.evaluate('document.querySelector(".plot").scrollIntoView()');
  const last = metrics.length - 1;
  const newestOf = async (chart: number): Promise<number | null> =>
    (await drawnData(page, chart))[1]!.at(-1) ?? null;
  const before = await newestOf(last);
  await web.measure('outside', 'wind_speed', 33.5);
  await web.measure('outside', 'temperature', 33.5);
  // They come in this order, and those in sight are drawn within a second.
  await poll(async () => (await newestOf(0)) === 33.5);
  expect(await newestOf(last)).toBe(before);
  await page.locator('.plot').nth(last).scrollIntoViewIfNeeded();
  await poll(async () => (await newestOf(last)) === 33.5);
});

test('in a range that is over nothing is added', async (context) => {
  const web = await useHistory({ 'outside:temperature': day() });
  const to = new Date(Date.now() - HOUR_MS).toISOString();
  const from = new Date(Date.now() - 9 * HOUR_MS).toISOString();
  const { page } = await openHistory(open, context, web, { query: `?from=${from}&to=${to}` });
  await page.waitForSelector('#link[data-state="live"]');
  const before = await drawnData(page);
  await web.measure('outside', 'temperature', 33.5);
  await becomes(page, `document.querySelector('.primary .number').textContent === '33.5'`);
  // By then it would be there: charts are drawn every second.
  await becomes(page, `/^[3-9] s ago/.test(document.querySelector('.primary time').textContent)`);
  expect(await drawnData(page)).toEqual(before);
});

test('the day before lies under the day, and another station beside it, each with its own dashes', async (context) => {
  const now = Date.now();
  const web = await useHistory({
    'outside:temperature': readingsUntil(now, 48, HOUR_MS, (index) => index),
    'garden:temperature': readingsUntil(now, 24, HOUR_MS, () => 100),
  });
  const { page, complaints } = await openHistory(open, context, web, {
    query: '?compare=1d&with=garden:temperature',
  });
  const [times, ...columns] = await drawnData(page);
  expect(columns).toHaveLength(3);
  const [garden, earlier, main] = columns;
  const at = main!.lastIndexOf(46);
  expect(earlier![at], 'a day before it').toBe(22);
  expect(garden![at]).toBe(100);
  expect(times[at]! * 1000).toBeCloseTo(now - HOUR_MS, -3);
  expect(await page.locator('.readout-label').allTextContents()).toEqual([
    'Temperature',
    'Day before',
    'garden: Temperature',
  ]);
  const dashes = await page
    .locator('.swatch path')
    .evaluateAll((lines) => lines.map((line) => line.getAttribute('stroke-dasharray')));
  expect(new Set(dashes).size).toBe(3);
  expect(complaints).toStrictEqual([]);
});

test('by keyboard the cursor goes along the line, and what is there is told once it stands still', async (context) => {
  const web = await useHistory({
    'outside:temperature': readingsUntil(Date.now(), 24, HOUR_MS, (index) => index),
  });
  const { page, complaints } = await openHistory(open, context, web, { reducedMotion: 'reduce' });
  await page.locator('.plot').first().focus();
  const value = (): Promise<string | null> => page.locator('.readout-value').first().textContent();
  await page.keyboard.press('Home');
  expect(Number.parseFloat((await value())!)).toBeLessThan(2);
  await page.mouse.move(5, 5);
  await page.evaluate(`document.querySelector('.plot').plot.setCursor({ left: -10, top: -10 })`);
  await page.keyboard.press('ArrowLeft');
  expect(await value()).toBe('23.0\u{a0}°C');
  await page.keyboard.press('ArrowLeft');
  expect(await value()).toBe('22.0\u{a0}°C');
  await page.keyboard.press('Shift+ArrowLeft');
  expect(await value()).toBe('12.0\u{a0}°C');
  await page.keyboard.press('Home');
  expect(Number.parseFloat((await value())!)).toBeLessThan(2);
  await page.keyboard.press('End');
  expect(await value()).toBe('23.0\u{a0}°C');
  await page.evaluate(`window.told = []; new MutationObserver(() => told.push([performance.now(), document.querySelector('.plot-told').textContent]))
    .observe(document.querySelector('.plot-told'), { childList: true, characterData: true, subtree: true })`);
  for (let i = 0; i < 12; i += 1) await page.keyboard.press('ArrowLeft');
  await becomes(page, `told.at(-1)?.[1].includes('11.0')`);
  const told = await page.evaluate<[number, string][]>('told');
  expect(told.length).toBeLessThan(12);
  expect(told.every(([time], index) => index === 0 || time - told[index - 1]![0] > 490)).toBe(true);
  expect(told.at(-1)![1]).toMatch(/11\.0 °C/);
  expect(await page.evaluate('document.getAnimations().length')).toBe(0);
  expect(complaints).toStrictEqual([]);
});

test('nothing keeps anybody out of the charts, in light and dark', async (context) => {
  const web = await useHistory({
    'outside:temperature': day(),
    'outside:wind_dir': readingsUntil(Date.now(), 24, HOUR_MS, () => 270),
  });
  const { page, complaints } = await openHistory(open, context, web, { query: '?compare=1d' });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await findBarriers(page)).toStrictEqual([]);
  }
  expect(complaints).toStrictEqual([]);
});

test('charts follow the colours of the system, and the width of the window', async (context) => {
  const web = await useHistory({ 'outside:temperature': day() });
  const { page, complaints } = await openHistory(open, context, web, { colorScheme: 'light' });
  await poll(() => page.evaluate<boolean>(hasInk(0, 0.5)));
  const before = await page.evaluate<string>(
    `getComputedStyle(document.documentElement).getPropertyValue('--line-0')`,
  );
  await page.emulateMedia({ colorScheme: 'dark' });
  await poll(() => page.evaluate<boolean>(hasInk(0, 0.5)));
  expect(
    await page.evaluate(`getComputedStyle(document.documentElement).getPropertyValue('--line-0')`),
  ).not.toBe(before);
  await page.setViewportSize({ width: 360, height: 740 });
  await becomes(
    page,
    `document.querySelector('.plot').plot.width === document.querySelector('.plot').clientWidth`,
  );
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
  await page.emulateMedia({ media: 'print' });
  await page.locator('.area').waitFor({ state: 'visible' });
  await page.locator('.uplot').waitFor({ state: 'hidden' });
  expect(complaints).toStrictEqual([]);
});

test('a wind that turns about north is never drawn in the south while its bucket grows', async (context) => {
  const web = await useHistory({ 'outside:wind_dir': readingsUntil(Date.now(), 500, MINUTE_MS, () => 359) });
  const { page, complaints } = await openHistory(open, context, web);
  const count = (await drawnData(page))[0].length;
  expect(count, 'buckets').toBeLessThan(450);
  for (const degrees of [358, 4, 6]) await web.measure('outside', 'wind_dir', degrees);
  const newest = async (): Promise<number> => (await drawnData(page))[1]!.at(-1) ?? Number.NaN;
  await poll(async () => (await newest()) !== 359);
  const off = await newest();
  expect(Math.min(off, 360 - off)).toBeLessThan(10);
  expect(complaints).toStrictEqual([]);
});

test('a chart that was empty is there with the first reading, and goes on', async (context) => {
  const old = readingsUntil(Date.now() - 3 * 24 * HOUR_MS, 3, MINUTE_MS);
  const web = await useHistory({
    'outside:temperature': old,
    'outside:humidity': old,
    'inside:temperature': day(3),
  });
  const { page, complaints } = await open(context, web.url);
  await page.goto(`${web.url}/stations/outside`);
  await page.waitForSelector('#link[data-state="live"]');
  expect(await page.locator('.chart').count()).toBe(2);
  expect(await page.locator('.plot').count()).toBe(0);
  await web.measure('outside', 'temperature', 7);
  await page.waitForSelector('#chart-0 .plot.is-drawn canvas');
  expect((await drawnData(page))[1]).toEqual([7]);
  expect(await page.textContent('#chart-0-summary')).toContain('Lowest 7.0');
  await web.measure('outside', 'temperature', 8);
  await poll(async () => (await drawnData(page))[1]!.includes(8));
  expect(await page.locator('.plot').count()).toBe(1);
  expect(complaints).toStrictEqual([]);
});
