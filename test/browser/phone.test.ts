import { expect, test } from 'vitest';
import { addChannel } from '../../src/storage/channels-query.ts';
import { useChromium } from '../support/chromium.ts';
import { useTestDatabase } from '../support/database.ts';
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
