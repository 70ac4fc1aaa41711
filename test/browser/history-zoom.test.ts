import { expect, test } from 'vitest';
import { useChromium } from '../support/chromium.ts';
import {
  dragAcross,
  drawnData,
  drawnRange,
  openHistory,
  readingsUntil,
  useHistory,
} from '../support/history-page.ts';
import { poll } from '../support/poll.ts';

const open = useChromium();
const MINUTE_MS = 60_000;
const HOUR_S = 3600;

const month = (): Record<string, ReturnType<typeof readingsUntil>> => ({
  'outside:temperature': readingsUntil(Date.now(), 30 * 144, 10 * MINUTE_MS),
  'outside:humidity': readingsUntil(Date.now(), 30 * 24, 60 * MINUTE_MS),
});

async function stepOf(page: Parameters<typeof drawnData>[0]): Promise<number> {
  const [times] = await drawnData(page);
  return times[2]! - times[1]!;
}

test('what is drawn across is zoomed into, in finer buckets, and Back leads out again', async (context) => {
  const web = await useHistory(month());
  const { page, complaints } = await openHistory(open, context, web, { query: '?range=30d' });
  expect(await stepOf(page)).toBe(2 * HOUR_S);
  const wide = await drawnRange(page);
  expect(wide.max - wide.min).toBeCloseTo(30 * 24 * HOUR_S, -2);
  await page.evaluate('window.stays = true');
  await dragAcross(page, 0.5, 0.6);
  await poll(async () => (await stepOf(page)) === 15 * 60);
  const narrow = await drawnRange(page);
  expect((narrow.min - wide.min) / (wide.max - wide.min)).toBeCloseTo(0.5, 1);
  expect((narrow.max - narrow.min) / (wide.max - wide.min)).toBeCloseTo(0.1, 1);
  expect(await drawnRange(page, 1), 'the chart below goes with it').toEqual(narrow);
  const { searchParams } = new URL(page.url());
  expect(Date.parse(searchParams.get('from')!) / 1000).toBeCloseTo(narrow.min, -1);
  expect(Date.parse(searchParams.get('to')!) / 1000).toBeCloseTo(narrow.max, -1);
  expect(await page.locator('.ranges [aria-current]').count(), 'no range button is on').toBe(0);
  await page.goBack();
  await poll(async () => (await stepOf(page)) === 2 * HOUR_S);
  expect(new URL(page.url()).search).toBe('?range=30d');
  expect(await page.locator('.ranges [aria-current]').textContent()).toBe('30 days');
  await page.goForward();
  await poll(async () => (await stepOf(page)) === 15 * 60);
  expect(await page.evaluate('window.stays'), 'the page was never loaded anew').toBe(true);
  expect(complaints).toStrictEqual([]);
});

test('a double click leads out of each zoom, one after the other, and so does Escape', async (context) => {
  const web = await useHistory(month());
  const { page, complaints } = await openHistory(open, context, web, { query: '?range=30d' });
  const spans = [30 * 24, 12 * 24, 5 * 24].map((hours) => hours * HOUR_S);
  const becomesAbout = (span: number): Promise<unknown> =>
    poll(async () => {
      const { min, max } = await drawnRange(page);
      return Math.abs(max - min - span) < span / 20 && (await page.locator('.plot.is-drawn').count()) === 2;
    });
  await dragAcross(page, 0.3, 0.7);
  await becomesAbout(spans[1]!);
  await poll(async () => (await stepOf(page)) < 2 * HOUR_S);
  const first = page.url();
  await dragAcross(page, 0.2, 0.617);
  await becomesAbout(spans[2]!);
  await poll(() => Promise.resolve(page.url() !== first));
  await page.locator('.u-over').first().dblclick();
  await becomesAbout(spans[1]!);
  expect(page.url()).toBe(first);
  await page.locator('.plot').first().press('Escape');
  await becomesAbout(spans[0]!);
  expect(complaints).toStrictEqual([]);
});

test('of zooms that follow each other quickly only the last is asked for', async (context) => {
  const web = await useHistory(month());
  const { page, complaints } = await openHistory(open, context, web, { query: '?range=30d' });
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/stations/outside?')) asked.push(request.url());
  });
  const plot = page.locator('.plot').first();
  await plot.focus();
  for (let i = 0; i < 4; i += 1) await page.keyboard.press('+');
  await poll(async () => (await stepOf(page)) === 10 * 60);
  const { min, max } = await drawnRange(page);
  expect(max - min).toBeCloseTo((30 * 24 * HOUR_S) / 16, -2);
  expect(asked.length).toBeLessThan(4);
  expect(asked.at(-1)).toBe(page.url());
  expect(await page.evaluate('document.activeElement.classList.contains("plot")')).toBe(true);
  expect(complaints).toStrictEqual([]);
});

test('a finger that is drawn sideways zooms, too', async (context) => {
  const web = await useHistory(month());
  const { page, complaints } = await openHistory(open, context, web, {
    query: '?range=30d',
    viewport: { width: 360, height: 740 },
    hasTouch: true,
    isMobile: true,
  });
  const over = page.locator('.u-over').first();
  await over.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await over.boundingBox())!;
  const client = await page.context().newCDPSession(page);
  const touch = (type: string, share?: number): Promise<unknown> =>
    client.send('Input.dispatchTouchEvent', {
      type: type as 'touchStart',
      touchPoints: share === undefined ? [] : [{ x: x + width * share, y: y + height / 2 }],
    });
  await touch('touchStart', 0.3);
  for (const share of [0.35, 0.4, 0.45, 0.5]) await touch('touchMove', share);
  await touch('touchEnd');
  await poll(async () => {
    const { min, max } = await drawnRange(page);
    return Math.abs((max - min) / (30 * 24 * HOUR_S) - 0.2) < 0.03;
  });
  await poll(() => Promise.resolve(page.url().includes('from=')));
  expect(complaints).toStrictEqual([]);
});
