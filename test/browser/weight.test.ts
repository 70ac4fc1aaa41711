import { expect, test } from 'vitest';
import { useChromium } from '../support/chromium.ts';
import { useWeb } from '../support/web.ts';

const open = useChromium();
const MOST_BYTES = 60_000;
const METRICS = ['temperature', 'humidity', 'pressure', 'wind_speed', 'rain'];

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
  const network = await page.context().newCDPSession(page);
  const loaded: { requestId: string; encodedDataLength: number }[] = [];
  network.on('Network.loadingFinished', (finished) => void loaded.push(finished));
  await network.send('Network.enable');
  await page.goto(web.url, { waitUntil: 'load' });
  await page.waitForSelector('#link[data-state="live"]');
  await page.waitForFunction('document.fonts.status === "loaded"');
  const bytes = loaded.reduce((sum, { encodedDataLength }) => sum + encodedDataLength, 0);
  expect(loaded.length, 'page, styles, script, paper, icon').toBeGreaterThanOrEqual(4);
  expect(await page.locator('.trace').count()).toBe(4);
  expect(bytes).toBeGreaterThan(5000);
  expect(bytes).toBeLessThan(MOST_BYTES);
  expect(complaints).toStrictEqual([]);
});
