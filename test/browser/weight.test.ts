import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { useChromium } from '../support/chromium.ts';
import { readingsUntil, useHistory } from '../support/history-page.ts';
import { useWeb } from '../support/web.ts';

const open = useChromium();
const MOST_BYTES = 60_000;
const MOST_STATION_BYTES = 150_000;
const METRICS = ['temperature', 'humidity', 'pressure', 'wind_speed', 'rain'];

/** @returns what tells how much has come since, and in how many answers */
async function startWeighing(page: Page): Promise<() => { readonly bytes: number; readonly count: number }> {
  const network = await page.context().newCDPSession(page);
  const loaded: { requestId: string; encodedDataLength: number }[] = [];
  network.on('Network.loadingFinished', (finished) => void loaded.push(finished));
  await network.send('Network.enable');
  return () => ({
    bytes: loaded.reduce((sum, { encodedDataLength }) => sum + encodedDataLength, 0),
    count: loaded.length,
  });
}

test('the page of four stations with a day behind them weighs less than 60 kB on the wire, in all', async (context) => {
  const web = await useWeb();
  for (const station of ['attic', 'cellar', 'garden', 'kitchen']) {
    for (const metric of METRICS) {
      for (let quarter = 100; quarter >= 0; quarter -= 1) {
        const value = 10 + 8 * Math.sin(quarter / 15 + station.length) + (quarter % 7) / 10;
        web.commit({ station, metric, value, ageMs: quarter * 900_000 });
      }
    }
  }
  const { page, complaints } = await open(context, web.url);
  const weigh = await startWeighing(page);
  await page.goto(web.url, { waitUntil: 'load' });
  await page.waitForSelector('#link[data-state="live"]');
  await page.waitForFunction('document.fonts.status === "loaded"');
  const { bytes, count } = weigh();
  expect(count, 'page, styles, script, paper, icon').toBeGreaterThanOrEqual(4);
  expect(await page.locator('.trace').count()).toBe(4);
  expect(bytes).toBeGreaterThan(5000);
  expect(bytes).toBeLessThan(MOST_BYTES);
  expect(complaints).toStrictEqual([]);
});

test('the page of a station with a year behind it weighs less than 150 kB on the wire, in all', async (context) => {
  const year = (everyMinutes: number): ReturnType<typeof readingsUntil> =>
    readingsUntil(
      Date.now(),
      (365 * 24 * 60) / everyMinutes,
      everyMinutes * 60_000,
      (index) => Math.round(200 * Math.sin(index / 9)) / 10,
    );
  const web = await useHistory({
    'outside:temperature': year(30),
    'outside:humidity': year(30),
    'outside:pressure': year(60),
    'outside:wind_speed': year(60),
    'outside:rain': year(60),
    'garden:temperature': year(60),
  });
  const { page, complaints } = await open(context, web.url);
  const weigh = await startWeighing(page);
  await page.goto(`${web.url}/stations/outside?range=1y&compare=1y&with=garden:temperature`);
  await page.waitForSelector('.plot.is-drawn canvas');
  await page.waitForSelector('#link[data-state="live"]');
  const { bytes, count } = weigh();
  expect(count, 'page, two styles, two scripts, points').toBeGreaterThanOrEqual(6);
  expect(bytes).toBeGreaterThan(40_000);
  expect(bytes).toBeLessThan(MOST_STATION_BYTES);
  expect(complaints).toStrictEqual([]);
});

test('the page of all stations loads nothing of charts', async (context) => {
  const web = await useWeb();
  web.commit({ station: 'attic', metric: 'temperature', value: 20 });
  const { page } = await open(context, web.url);
  const loaded: string[] = [];
  page.on('request', (request) => void loaded.push(new URL(request.url()).pathname));
  await page.goto(web.url);
  await page.waitForSelector('#link[data-state="live"]');
  expect(loaded.filter((path) => path.includes('history'))).toStrictEqual([]);
  const styles = loaded.filter((path) => path.endsWith('.css'));
  expect(styles).toHaveLength(1);
  const { text } = await web.ask(styles[0]!);
  expect(text).toContain('.card');
  expect(text, 'the styles of charts come with a page of charts').not.toMatch(/u-legend|\.plot\b/);
});
