import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findBarriers } from '../support/accessibility.ts';
import { useChromium } from '../support/chromium.ts';
import { addChannel } from '../../src/storage/channels-query.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { seedSeries } from '../support/series.ts';
import { testChannel } from '../support/thingspeak.ts';
import { type TestWeb, useWeb } from '../support/web.ts';

const open = useChromium();
const LONGEST = 'x'.repeat(64);
const STATION = `/stations/${LONGEST}`;
const CHARTS = `${STATION}?from=2026-11-22&to=2026-11-22&compare=1d&with=${LONGEST}:${'a'.repeat(64)}`;
const STATION_PAGES = [STATION, `${STATION}/readings`, CHARTS, `${CHARTS}&view=table`];

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  const rows = Array.from({ length: 30 }, (_, i) => ({
    measuredAt: Date.UTC(2026, 10, 22, 12, i) * 1000,
    value: i - 10,
  }));
  await seedSeries(database.pool, { station: LONGEST, metric: 'temperature', unit: '°C' }, rows);
  const fields = [1, 2].map((field) => ({ field, station: LONGEST, metric: 'a'.repeat(64), label: '' }));
  await addChannel(database.pool, testChannel({ id: 2_147_483_647, name: LONGEST, fields }));
  await database.pool.query('UPDATE channels SET last_entry_id = 123456789');
});
afterAll(() => database.drop());

/** As many stations as asked for, with all that is hard to lay out. */
async function useStations(count: number): Promise<TestWeb> {
  const web = await useWeb({ pool: database.pool });
  for (let i = 0; i < count; i += 1) {
    const station = i === 0 ? LONGEST : `s${i}`;
    const title = [LONGEST, 'The greenhouse behind the old apple trees, near the long wall of the garden'][i];
    web.addStation(station, { title: title ?? `Station ${i}` });
    web.commit({ station, metric: 'temperature', value: -123.45, ageMs: i * 1_000_000 });
    web.commit({ station, metric: 'humidity', value: 48.123, ageMs: i * 1_000_000 });
    web.commit({ station, metric: 'a'.repeat(64), value: 1234567.89, unit: 'W'.repeat(16) });
  }
  if (count > 2) web.commit({ station: 'w', metric: 'power', value: 123456789.12, unit: 'microwatts' });
  return web;
}

/** A script that runs in the page. */
const READ_TEXT_COLOURS = readFileSync(new URL('text-colours.js', import.meta.url), 'utf8');
const WIDTHS = [360, 820, 1920];
const SCHEMES = ['light', 'dark'] as const;
const COMBINATIONS = WIDTHS.flatMap((width) => SCHEMES.map((scheme) => [width, scheme] as const));

test.for([0, 1, 2, 12])(
  'with %i stations, no page is wider than a phone, in light and dark',
  async (count, context) => {
    const web = await useStations(count);
    const { page, complaints } = await open(context, web.url);
    const ofStation = count > 0 ? STATION_PAGES : [];
    for (const path of ['/', ...ofStation, '/status', '/nothing-here']) {
      const response = await page.goto(web.url + path);
      // Browsers complain of a missing page on their console.
      if (response?.status() === 404) complaints.length = 0;
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 740 });
        for (const colorScheme of SCHEMES) {
          await page.emulateMedia({ colorScheme });
          const widest = await page.evaluate<number>('document.documentElement.scrollWidth');
          expect(widest, `${path} at ${width} in ${colorScheme} colours`).toBeLessThanOrEqual(width);
        }
      }
    }
    expect(complaints).toStrictEqual([]);
  },
);

test('every text can be read on its ground, and nothing keeps anybody out, in light and dark', async (context) => {
  const web = await useStations(3);
  const { page, complaints } = await open(context, web.url);
  for (const path of ['/', ...STATION_PAGES, '/status', '/?kiosk=1', '/login']) {
    await page.goto(web.url + path);
    await page.evaluate(`document.querySelector('.display')?.setAttribute('open', '')`);
    for (const [width, colorScheme] of COMBINATIONS) {
      await page.setViewportSize({ width, height: 740 });
      await page.emulateMedia({ colorScheme });
      const texts = await page.evaluate<TextColours[]>(READ_TEXT_COLOURS);
      expect(texts.length).toBeGreaterThan(path === '/login' ? 4 : 10);
      expect(isDark(texts[0]!.ground)).toBe(colorScheme === 'dark');
      const faint = texts.filter(({ text, ground }) => contrast(text, ground) < 4.5);
      expect(faint, `${path} at ${width} in ${colorScheme} colours`).toStrictEqual([]);
      expect(await findBarriers(page), `${path} at ${width} in ${colorScheme} colours`).toStrictEqual([]);
    }
  }
  expect(complaints).toStrictEqual([]);
});

test('a long table has an end that is near, with its heading in sight, and nothing is wider than a phone in German', async (context) => {
  const minutes = Array.from({ length: 300 }, (_, i) => ({
    measuredAt: Date.UTC(2026, 10, 22, 12, i) * 1000,
    value: 1_013_250.25 + i,
  }));
  await seedSeries(database.pool, { station: 'long', metric: 'pressure', unit: 'hPa' }, minutes);
  const web = await useWeb({ pool: database.pool });
  // Records of the month and of the year are those of that day.
  web.advance(Date.UTC(2026, 10, 22, 18) - Date.now());
  web.commit({ station: 'long', metric: 'pressure', value: 1013.25 });
  const { page } = await open(context, web.url, { viewport: { width: 360, height: 740 } });
  await page.goto(`${web.url}/stations/long?from=2026-11-22&to=2026-11-22&view=table&lang=de`);
  expect(await page.locator('.records tbody tr').count()).toBeGreaterThan(3);
  expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(360);
  const table = page.locator('.chart-table');
  expect(await table.locator('tbody tr').count()).toBeGreaterThan(300);
  await page.evaluate(`document.querySelector('.chart-table').scrollTo(0, 1_000_000)`);
  const around = (await table.boundingBox())!;
  expect(around.height).toBeLessThan(740);
  const cell = (await table.locator('thead th').first().boundingBox())!;
  expect(Math.abs(cell.y - around.y)).toBeLessThan(2);
});

test('on paper everything is dark on white, with the time, and without what could be clicked', async (context) => {
  const web = await useStations(3);
  const { page } = await open(context, web.url, { viewport: { width: 718, height: 1000 } });
  for (const path of ['/', CHARTS, `${CHARTS}&view=table`, `${STATION}/readings`, '/status']) {
    for (const theme of ['system', 'dark']) {
      await page.emulateMedia({ media: 'screen', colorScheme: 'dark' });
      await page.goto(`${web.url}${path}${path.includes('?') ? '&' : '?'}theme=${theme}`);
      if (path === CHARTS) await page.waitForSelector('.plot.is-drawn canvas');
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      const texts = await page.evaluate<TextColours[]>(READ_TEXT_COLOURS);
      const faint = texts.filter(({ text, ground }) => contrast(text, ground) < 4.5 || isDark(ground));
      expect(faint, `${path} in ${theme}`).toStrictEqual([]);
      expect(
        await page.locator('nav, button, select, canvas, footer').filter({ visible: true }).count(),
      ).toBe(0);
      expect(await page.locator('#printed').isVisible()).toBe(true);
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(718);
    }
  }
});

interface TextColours {
  readonly words: string;
  readonly text: string;
  readonly ground: string;
}

/** WCAG 2.2, relative luminance and contrast ratio. */
function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].toSorted((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red, green, blue] = [...colour.matchAll(/[\d.]+/g)].map(([part]) => {
    const share = Number(part) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function isDark(colour: string): boolean {
  return luminance(colour) < 0.2;
}
