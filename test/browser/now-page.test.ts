import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { LATE_AFTER_MS } from '../../src/web/freshness.ts';
import { useChromium } from '../support/chromium.ts';
import { poll } from '../support/poll.ts';
import { type TestWeb, useWeb } from '../support/web.ts';

const open = useChromium();

/** How cards write the time of what is stale, in a zone that is not the browser's. */
const KOLKATA = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Asia/Kolkata',
  hourCycle: 'h23',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

const number = (page: Page, station = 'inside', metric = 'temperature'): Promise<string | null> =>
  page.textContent(`[data-station="${station}"] [data-metric="${metric}"] .number`);

async function untilLive(page: Page): Promise<void> {
  await page.waitForSelector('#link[data-state="live"]');
}

async function useTwoStations(): Promise<TestWeb> {
  const web = await useWeb();
  web.addStation('inside', { title: 'Inside' });
  web.addStation('outside', { title: 'Outside' });
  web.commit({ station: 'inside', metric: 'temperature', value: 21.5 });
  web.commit({ station: 'inside', metric: 'humidity', value: 48 });
  web.commit({ station: 'outside', metric: 'temperature', value: -3.46 });
  return web;
}

test('a new reading changes the number in place, and the title with it', async (context) => {
  const web = await useTwoStations();
  const { page, complaints } = await open(context, web.url);
  await page.goto(web.url);
  await untilLive(page);
  const before = await page.$('[data-station="inside"] .number');
  web.commit({ station: 'inside', metric: 'temperature', value: 22.04 });
  await poll(async () => (await number(page)) === '22.0');
  expect(await before!.textContent(), 'the very same element').toBe('22.0');
  expect(await page.getAttribute('[data-station="inside"] data', 'value')).toBe('22.04');
  expect(await page.title()).toBe('22.0 °C · Inside · Thermograph');
  expect(complaints).toStrictEqual([]);
});

test('a metric and a station that are new appear by themselves', async (context) => {
  const web = await useTwoStations();
  const { page, complaints } = await open(context, web.url);
  await page.goto(web.url);
  await untilLive(page);
  web.commit({ station: 'inside', metric: 'pressure', value: 1013.25 });
  await poll(async () => (await page.locator('[data-metric="pressure"]').count()) === 1);
  web.commit({ station: 'zenith', metric: 'temperature', value: 1 });
  await poll(async () => (await page.locator('[data-station="zenith"]').count()) === 1);
  expect(complaints).toStrictEqual([]);
});

test('a wind that turns has another point of the compass at once', async (context) => {
  const web = await useWeb();
  web.commit({ station: 'mast', metric: 'wind_speed', value: 5 });
  web.commit({ station: 'mast', metric: 'wind_dir', value: 225 });
  const { page } = await open(context, web.url);
  await page.goto(`${web.url}/?lang=de`);
  await untilLive(page);
  expect(await page.textContent('.sector')).toBe('SW');
  web.commit({ station: 'mast', metric: 'wind_dir', value: 92 });
  await poll(async () => (await page.textContent('.sector')) === 'O');
});

test('an empty page turns into that of the first station by itself', async (context) => {
  const web = await useWeb();
  const { page, complaints } = await open(context, web.url);
  await page.goto(web.url);
  await untilLive(page);
  expect(await page.textContent('main')).toContain('npx mqtt pub');
  web.commit({ station: 'outside', metric: 'temperature', value: 21.5 });
  await poll(async () => (await page.locator('[data-station="outside"]').count()) === 1);
  expect(await number(page, 'outside')).toBe('21.5');
  expect(await page.textContent('main')).not.toContain('npx mqtt pub');
  expect(await page.title()).toContain('21.5 °C');
  expect(complaints).toStrictEqual([]);
});

test('the choice of units outlives a reload, and live readings follow it', async (context) => {
  const web = await useTwoStations();
  const { page, complaints } = await open(context, web.url);
  await page.goto(web.url);
  await page.getByText('Display').click();
  await page.getByRole('link', { name: 'Imperial' }).click();
  await poll(async () => (await number(page)) === '70.7');
  await page.goto(web.url);
  expect(await number(page)).toBe('70.7');
  await untilLive(page);
  web.commit({ station: 'inside', metric: 'temperature', value: 100 });
  await poll(async () => (await number(page)) === '212.0');
  await page.getByText('Display').click();
  await page.getByRole('link', { name: 'Metric' }).click();
  await poll(async () => (await number(page)) === '100.0');
  expect(complaints).toStrictEqual([]);
});

test('a reading becomes late before the eyes of the viewer, and fresh again with the next one', async (context) => {
  const web = await useWeb();
  web.commit({ station: 'inside', metric: 'temperature', value: 21.5, ageMs: LATE_AFTER_MS - 2000 });
  const { page, complaints } = await open(context, web.url);
  await page.goto(web.url);
  await page.waitForSelector('.primary[data-freshness="late"]');
  await page.getByText('offline').waitFor({ state: 'visible' });
  web.commit({ station: 'inside', metric: 'temperature', value: 21.6 });
  await page.waitForSelector('.primary[data-freshness="fresh"]');
  await page.getByText('offline').waitFor({ state: 'hidden' });
  expect(complaints).toStrictEqual([]);
});

test('a station that has just sent what is old is not offline, with scripts and without', async (context) => {
  const web = await useWeb();
  const old = { metric: 'temperature', value: 21.5, ageMs: 5 * 3_600_000 };
  web.commit({ station: 'inside', ...old, receivedAgeMs: 0 });
  web.commit({ station: 'outside', ...old });
  for (const javaScriptEnabled of [true, false]) {
    const { page } = await open(context, web.url, { javaScriptEnabled });
    await page.goto(web.url);
    if (javaScriptEnabled) await untilLive(page);
    const marks = page.locator('.card .offline').filter({ visible: true });
    expect(await marks.count()).toBe(1);
    expect(await page.locator('[data-station="outside"] .offline').isVisible()).toBe(true);
  }
});

test('an age that all of a card have stands in it once, with scripts and without', async (context) => {
  const web = await useWeb();
  for (const [metric, minutes] of [
    ['temperature', 20],
    ['pressure', 20],
    ['battery', 50],
  ] as const) {
    web.commit({ station: 'inside', metric, value: 21.5, ageMs: minutes * 60_000 + 5_000 });
  }
  for (const javaScriptEnabled of [true, false]) {
    const { page } = await open(context, web.url, { javaScriptEnabled });
    await page.goto(web.url);
    if (javaScriptEnabled) await untilLive(page);
    const ages = page.locator('.card .age time').filter({ visible: true });
    expect(await ages.allTextContents()).toStrictEqual(['20 min ago', '50 min ago']);
  }
});

test('a stale reading is greyed, and one that is gone is a dash with its last time in the zone of the owner', async (context) => {
  const web = await useWeb({ timeZone: 'Asia/Kolkata' });
  const ageMs = 55 * 60_000;
  // The minute may turn in between.
  const around = [Date.now() - ageMs];
  web.commit({ station: 'inside', metric: 'temperature', value: 21.5, ageMs });
  around.push(Date.now() - ageMs);
  const { page } = await open(context, web.url, { timezoneId: 'America/New_York' });
  await page.clock.install();
  await page.goto(web.url);
  expect(await page.getAttribute('.primary', 'data-freshness')).toBe('stale');
  const colour = `getComputedStyle(document.querySelector('.primary .number')).color`;
  const grey = await page.evaluate<string>(colour);
  web.advance(6 * 60_000);
  await page.clock.fastForward(6 * 60_000);
  await page.waitForSelector('.primary[data-freshness="gone"]');
  expect(await number(page)).toBe('\u{2013}');
  expect(await page.title()).toBe('\u{2013} °C · inside · Thermograph');
  expect(await page.textContent('#news')).toMatch(/^inside: Last 21\.5 °C, /);
  const last = (await page.textContent('.primary .last'))!;
  expect(around.map((time) => `Last 21.5 °C, ${KOLKATA.format(time)}`)).toContain(last);
  await page.getByText(last, { exact: true }).waitFor({ state: 'visible' });
  web.commit({ station: 'inside', metric: 'temperature', value: 21.6 });
  await poll(async () => (await number(page)) === '21.6');
  await poll(async () => (await page.evaluate<string>(colour)) !== grey);
});

test('what follows from a reading follows at once: extremes, trend, pen, dew point', async (context) => {
  const web = await useWeb({ timeZone: 'UTC' });
  web.advance(Date.UTC(2026, 10, 22, 12) - Date.now());
  for (const [hours, value] of [
    // A little less than three: the clock goes on while they are committed.
    [2.95, 9],
    [2, 8],
    [0, 10],
  ] as const) {
    web.commit({ station: 'inside', metric: 'temperature', value, ageMs: hours * 3_600_000 });
  }
  web.commit({ station: 'inside', metric: 'humidity', value: 50 });
  const { page, complaints } = await open(context, web.url);
  await page.goto(`${web.url}/?units=imperial`);
  await untilLive(page);
  const text = async (selector: string): Promise<string> =>
    (await page.locator(selector).innerText()).replaceAll(/\s+/g, ' ');
  expect(await text('.high')).toBe('High 50.0 12:00');
  expect(await text('.trend')).toBe('rising +1.8 °F in 3 h');
  expect(await text('[data-derived][data-metric="dew_point"] dd')).toContain('32.1 °F');
  const pen = await page.getAttribute('.pen', 'y');
  web.advance(60_000);
  web.commit({ station: 'inside', metric: 'temperature', value: 6 });
  await poll(async () => (await text('.low')) === 'Low 42.8 12:01');
  expect(await text('.high')).toBe('High 50.0 12:00');
  expect(await text('.trend')).toBe('falling \u{2212}5.4 °F in 3 h');
  expect(await text('[data-derived][data-metric="dew_point"] dd')).toContain('25.4 °F');
  expect(await page.getAttribute('.pen', 'y')).not.toBe(pen);
  expect(await page.title()).toBe('42.8 °F · inside · Thermograph');
  expect(await page.textContent('#news')).toBe('inside: 42.8 °F');
  web.commit({ station: 'inside', metric: 'temperature', value: 6.4 });
  await poll(async () => (await number(page)) === '43.5');
  expect(await page.textContent('#news'), 'less than half a degree is no news').toBe('inside: 42.8 °F');
  expect(await page.title()).toBe('42.8 °F · inside · Thermograph');
  expect(complaints).toStrictEqual([]);
});

test('a tablet whose clock is a day off shows the true age', async (context) => {
  const web = await useTwoStations();
  const { page } = await open(context, web.url);
  await page.clock.install({ time: Date.now() + 86_400_000 });
  await page.goto(web.url);
  await untilLive(page);
  await page.clock.runFor(5000);
  expect(await page.getAttribute('[data-station="inside"] .primary', 'data-freshness')).toBe('fresh');
  expect(await page.textContent('[data-station="inside"] time')).toMatch(/^(?:\d+ s ago|just now)$/);
});

test('by keyboard one skips to the content, and opens and closes the sheet of units', async (context) => {
  const web = await useTwoStations();
  const { page, complaints } = await open(context, web.url, { reducedMotion: 'reduce' });
  await page.goto(web.url);
  await untilLive(page);
  await page.keyboard.press('Tab');
  expect(await page.evaluate('document.activeElement.getAttribute("href")')).toBe('#content');
  const sheet = page.locator('.display-panel');
  await page.locator('.display summary').focus();
  await page.keyboard.press('Enter');
  await sheet.waitFor({ state: 'visible' });
  await page.keyboard.press('Tab');
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Metric');
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'hidden' });
  expect(await page.evaluate('document.activeElement.localName')).toBe('summary');
  web.commit({ station: 'inside', metric: 'temperature', value: 22.5 });
  await poll(async () => (await number(page)) === '22.5');
  expect(await page.evaluate('document.getAnimations().length'), 'nothing moves').toBe(0);
  expect(complaints).toStrictEqual([]);
});

test('without JavaScript the page shows the same values, and units can be chosen', async (context) => {
  const web = await useTwoStations();
  const { page, complaints } = await open(context, web.url, { javaScriptEnabled: false });
  await page.goto(web.url);
  expect(await page.locator('[data-station="inside"] .primary .number').textContent()).toBe('21.5');
  await page.getByText('Display').click();
  await page.getByRole('link', { name: 'Imperial' }).click();
  await page.goto(web.url);
  expect(await page.locator('[data-station="inside"] .primary .number').textContent()).toBe('70.7');
  expect(complaints).toStrictEqual([]);
});

test('a hostile title is shown as the text that it is', async (context) => {
  const web = await useWeb();
  const title = `"><img src=x onerror=alert(1)><script>alert(2)</script>`;
  web.addStation('inside', { title });
  web.commit({ station: 'inside', metric: 'temperature', value: 21.5 });
  const { page, complaints } = await open(context, web.url);
  await page.goto(web.url);
  await untilLive(page);
  expect(await page.textContent('.card-title a')).toBe(title);
  expect(complaints).toStrictEqual([]);
});

test('a station of which nothing has come becomes a card with its first reading', async (context) => {
  const web = await useWeb();
  web.commit({ station: 'outside', metric: 'temperature', value: 21.5 });
  web.credentials.add('station', 'shed');
  const { page, complaints } = await open(context, web.url);
  await page.goto(web.url);
  await page.waitForSelector('#link[data-state="live"]');
  expect(await page.textContent('.awaited li')).toBe('shed');
  web.commit({ station: 'shed', metric: 'temperature', value: 3 });
  await page.waitForSelector('#station-shed');
  expect(await page.locator('.awaited').count()).toBe(0);
  expect(complaints).toStrictEqual([]);
});
