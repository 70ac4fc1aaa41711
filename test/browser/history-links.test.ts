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
import { startWeb } from '../support/web.ts';

const open = useChromium();
const HOUR_MS = 3_600_000;
const DAY_S = 86_400;

const hours = (count: number): ReturnType<typeof readingsUntil> =>
  readingsUntil(Date.now(), count, HOUR_MS, (index) => index);
const SERIES = (): Record<string, ReturnType<typeof readingsUntil>> => ({
  'outside:temperature': hours(100),
  'outside:humidity': hours(100),
});

test('ranges, comparisons and metrics are shown without loading the page, focus stays, and Back leads back', async (context) => {
  const web = await useHistory(SERIES());
  const { page, complaints } = await openHistory(open, context, web);
  await page.evaluate('window.stays = true');
  await page.getByRole('link', { name: '7 days' }).focus();
  await page.keyboard.press('Enter');
  await poll(async () => (await page.locator('.ranges [aria-current]').textContent()) === '7 days');
  expect(await page.evaluate('document.activeElement.textContent')).toBe('7 days');
  const { min, max } = await drawnRange(page);
  expect(max - min).toBeCloseTo(7 * DAY_S, 0);
  await page.getByRole('link', { name: 'Day before' }).click();
  await poll(async () => (await page.locator('.readout-label').count()) === 4);
  expect(new URL(page.url()).search).toBe('?range=7d&compare=1d');
  await page.getByRole('link', { name: 'Take Humidity away', exact: true }).click();
  await poll(async () => (await page.locator('canvas').count()) === 1);
  expect(await page.getByRole('link', { name: 'Show Humidity', exact: true }).count()).toBe(1);
  await page.goBack();
  await poll(async () => (await page.locator('canvas').count()) === 2);
  await page.goBack();
  await poll(
    async () =>
      new URL(page.url()).search === '?range=7d' && (await page.locator('.readout-label').count()) === 2,
  );
  expect(await page.evaluate('window.stays')).toBe(true);
  expect(complaints).toStrictEqual([]);
});

test('how to draw across charts is told only where there are some', async (context) => {
  const web = await useHistory(SERIES());
  const { page } = await openHistory(open, context, web);
  const help = page.locator('.plot-help');
  expect(await help.isVisible()).toBe(true);
  await page.getByRole('link', { name: 'Tables' }).click();
  await help.waitFor({ state: 'hidden' });
  expect(await page.locator('.chart-table').count()).toBe(2);
});

test('dates that are picked are shown, and those of a range that is chosen stand in their fields', async (context) => {
  const web = await useHistory(SERIES(), { timeZone: 'UTC' });
  const { page, complaints } = await openHistory(open, context, web);
  await page.evaluate('window.stays = true');
  const date = new Date(Date.now() - 2 * 24 * HOUR_MS).toISOString().slice(0, 10);
  await page.locator('input[name="from"]').fill(date);
  await page.locator('input[name="to"]').fill(date);
  await page.getByRole('button', { name: 'Show' }).click();
  await poll(async () => (await drawnRange(page)).min === Date.parse(date) / 1000);
  expect(await drawnRange(page)).toEqual({
    min: Date.parse(date) / 1000,
    max: Date.parse(date) / 1000 + DAY_S,
  });
  expect((await drawnData(page))[0]).toHaveLength(24);
  await page.getByRole('link', { name: '30 days' }).click();
  await poll(async () => (await page.inputValue('input[name="from"]')) !== date);
  expect(await page.evaluate('window.stays')).toBe(true);
  expect(complaints).toStrictEqual([]);
});

test('a table takes the place of its chart and gives it back, and files come from the service itself', async (context) => {
  const web = await useHistory(SERIES());
  const { page, complaints } = await openHistory(open, context, web);
  await page.locator('.downloads').first().getByRole('link', { name: 'Table' }).click();
  await page.locator('.chart-table').first().waitFor();
  expect(await page.locator('canvas').count()).toBe(0);
  await page.getByRole('link', { name: 'Charts' }).click();
  await poll(async () => (await page.locator('canvas').count()) === 2);
  const download = page.waitForEvent('download');
  await page.locator('.downloads').first().getByRole('link', { name: 'CSV' }).click();
  expect((await download).suggestedFilename()).toMatch(/\.csv$/);
  expect(complaints).toStrictEqual([]);
});

test('an address that is not right leads to the page that says so', async (context) => {
  const web = await useHistory(SERIES());
  const { page } = await openHistory(open, context, web);
  await page.evaluate(`document.querySelector('.ranges a').href = location.pathname + '?range=99d'`);
  await page.locator('.ranges a').first().click();
  await page.getByRole('heading', { name: 'This address is not right' }).waitFor();
  expect(new URL(page.url()).search).toBe('?range=99d');
});

test('while the service is away charts stay and say that they are old, and when it is back they have what came meanwhile', async (context) => {
  const web = await useHistory({ 'outside:temperature': hours(24) });
  const { page } = await openHistory(open, context, web);
  await page.waitForSelector('#link[data-state="live"]');
  const before = (await drawnData(page))[1]!.length;
  await web.close();
  await page.waitForSelector('#link[data-state="reconnecting"]');
  await page.getByRole('link', { name: '7 days' }).click();
  await page.getByText('The service does not answer').waitFor();
  expect((await drawnData(page))[1]!.length).toBe(before);
  await web.measure('outside', 'temperature', 44.4);
  const again = await startWeb(web, Number(new URL(web.url).port));
  try {
    await page.waitForSelector('#link[data-state="live"]');
    await poll(async () => (await drawnData(page))[1]!.at(-1) === 44.4);
    await page.getByText('The service does not answer').waitFor({ state: 'detached' });
    const { min, max } = await drawnRange(page);
    expect(max - min, 'what was asked for meanwhile').toBeCloseTo(7 * DAY_S, 0);
  } finally {
    await again.close();
  }
});

test('a refresh of the page leaves charts drawn, and takes over what is new', async (context) => {
  const web = await useHistory(SERIES());
  const { page, complaints } = await openHistory(open, context, web);
  await page.waitForSelector('#link[data-state="live"]');
  await page.evaluate(`document.querySelector('#records').textContent = 'old'`);
  // A metric that the page has no place for.
  web.commit({ station: 'outside', metric: 'pressure', value: 1013 });
  await becomes(page, `document.querySelector('#records').textContent !== 'old'`);
  await poll(async () => (await page.locator('.plot.is-drawn canvas').count()) === 2);
  expect(complaints).toStrictEqual([]);
});
