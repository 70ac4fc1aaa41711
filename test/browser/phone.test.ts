import { expect, test } from 'vitest';
import { addChannel } from '../../src/storage/channels-query.ts';
import { useChromium } from '../support/chromium.ts';
import { useTestDatabase } from '../support/database.ts';
import { poll } from '../support/poll.ts';
import { seedSeries } from '../support/series.ts';
import { testChannel } from '../support/thingspeak.ts';
import { useWeb } from '../support/web.ts';

const open = useChromium();

/** Words that go on in another line, hyphens and all else that is in them included. */
const BROKEN_WORDS = `(() => {
  const broken = [];
  const texts = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    for (const { 0: word, index } of texts.currentNode.data.matchAll(/[\\p{L}\\p{N}]+/gu)) {
      const range = document.createRange();
      range.setStart(texts.currentNode, index);
      range.setEnd(texts.currentNode, index + word.length);
      if (new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1) broken.push(word);
    }
  }
  return broken;
})()`;

test('on a phone no word of tables is broken in two, and they are not wider, in both languages', async (context) => {
  const { pool } = await useTestDatabase();
  const rows = [{ measuredAt: Date.now() * 1000, value: 1013.25 }];
  const web = await useWeb({ pool });
  for (const [metric, unit] of [
    ['temperature', '°C'],
    ['pressure', 'hPa'],
  ] as const) {
    await seedSeries(pool, { station: 'garden', metric, unit }, rows);
    web.commit({ station: 'garden', metric, value: 1013.25, unit });
  }
  const fields = [1, 2].map((field) => ({ field, station: 'garden', metric: 'temperature', label: '' }));
  await addChannel(pool, testChannel({ id: 254_616, name: 'Garden behind the house', fields }));
  web.credentials.add('station', 'greenhouse');
  const { page } = await open(context, web.url, { viewport: { width: 360, height: 740 } });
  for (const path of ['/status', '/stations/garden']) {
    for (const language of ['en', 'de']) {
      await page.goto(`${web.url}${path}?lang=${language}`);
      expect(await page.locator('main tr').count()).toBeGreaterThan(3);
      expect(await page.evaluate(BROKEN_WORDS), `${path} in ${language}`).toStrictEqual([]);
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(360);
    }
  }
});

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
const LEAST_HEIGHT = 40;

test('on a phone all that can be tapped above charts and readings is as high as a finger is wide', async (context) => {
  const { pool } = await useTestDatabase();
  const web = await useWeb({ pool });
  for (const metric of ['temperature', 'humidity', 'pressure']) {
    await seedSeries(pool, { station: 'garden', metric, unit: null }, []);
    web.commit({ station: 'garden', metric, value: 21.5 });
  }
  const { page } = await open(context, web.url, PHONE);
  for (const path of ['/', '/stations/garden', '/stations/garden/readings']) {
    await page.goto(web.url + path);
    await page.locator('#display > summary').click();
    const targets = page.locator(
      'header :is(nav a, summary, .display-panel a), form.dates > *, #range :is(a, button, select), .metrics a',
    );
    expect(await targets.count()).toBeGreaterThan(10);
    for (const target of await targets.all()) {
      const { height } = (await target.boundingBox())!;
      expect(height, `${path}: ${await target.textContent()}`).toBeGreaterThanOrEqual(LEAST_HEIGHT);
    }
    const [head, tools] = [page.locator('.masthead'), page.locator('#display > summary')];
    expect((await head.boundingBox())!.height, 'two lines').toBeLessThan(120);
    expect((await tools.boundingBox())!.y).toBeLessThan(80);
  }
});

test('on a phone what is chosen is in sight, and rows stay as far as they were pushed', async (context) => {
  const { pool } = await useTestDatabase();
  await seedSeries(pool, { station: 'garden', metric: 'temperature', unit: '°C' }, []);
  const web = await useWeb({ pool });
  web.commit({ station: 'garden', metric: 'temperature', value: 21.5 });
  const { page } = await open(context, web.url, PHONE);
  await page.goto(`${web.url}/stations/garden?lang=de&range=7d&compare=3y`);
  const row = page.locator('[aria-labelledby="compare-label"] ul');
  const pushed = (): Promise<number> =>
    page.evaluate(`document.querySelector('[aria-labelledby="compare-label"] ul').scrollLeft`);
  await poll(async () => (await pushed()) > 100);
  const chosen = row.locator('[aria-current]');
  const { x, width } = (await chosen.boundingBox())!;
  expect(x).toBeGreaterThan(100);
  expect(x + width).toBeLessThanOrEqual(360);
  await row.getByText('2 Jahre davor').click();
  await poll(async () => (await chosen.textContent()) === '2 Jahre davor');
  expect(await pushed()).toBeGreaterThan(100);
});
