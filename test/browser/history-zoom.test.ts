import type { Page } from 'playwright-core';
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
const DAY_S = 86_400;
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
  // The chart is out of sight at first, and what is done to it counts all the same.
  const viewport = { width: 820, height: 200 };
  const { page, complaints } = await openHistory(open, context, web, { query: '?range=30d', viewport });
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/stations/outside?')) asked.push(request.url());
  });
  await page.evaluate('document.querySelector(".plot").focus({ preventScroll: true })');
  // At once, however busy the machine is.
  await page.evaluate(`for (let i = 0; i < 4; i += 1) {
    document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: '+', bubbles: true, cancelable: true }));
  }`);
  await poll(async () => (await stepOf(page)) === 10 * 60);
  const { min, max } = await drawnRange(page);
  expect(max - min).toBeCloseTo((30 * 24 * HOUR_S) / 16, -2);
  expect(asked.length).toBeLessThan(4);
  expect(asked.at(-1)).toBe(page.url());
  expect(await page.evaluate('document.activeElement.classList.contains("plot")')).toBe(true);
  expect(complaints).toStrictEqual([]);
});

/** Fingers on the first chart of a phone, each at a share of its width; `y`: how far they have gone up, in pixels. */
async function useFingers(
  page: Page,
): Promise<(type: string, shares: number[], y?: number) => Promise<unknown>> {
  const over = page.locator('.u-over').first();
  await over.scrollIntoViewIfNeeded();
  const client = await page.context().newCDPSession(page);
  const { x, y, width, height } = (await over.boundingBox())!;
  return (type, shares, up = 0) =>
    client.send('Input.dispatchTouchEvent', {
      type: type as 'touchStart',
      touchPoints: shares.map((share, id) => ({ id, x: x + width * share, y: y + height / 2 - up })),
    });
}

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

test('a finger picks a stretch, then moves it, and scrolls the page up and down; two zoom in and out', async (context) => {
  const web = await useHistory(month());
  const { page, complaints } = await openHistory(open, context, web, { query: '?range=30d', ...PHONE });
  const usual = page.url();
  let touch = await useFingers(page);
  const drag = async (path: readonly number[][]): Promise<void> => {
    await touch('touchStart', path[0]!);
    for (const shares of path.slice(1)) await touch('touchMove', shares);
    await touch('touchEnd', []);
  };
  /** Until the charts show what their address says, of a length in days, from a day on. */
  const becomesAbout = async (days: number, from?: number): Promise<void> => {
    await poll(async () => {
      const { min, max } = await drawnRange(page);
      const asked = Date.parse(new URL(page.url()).searchParams.get('from') ?? '') / 1000;
      return (
        Math.abs((max - min) / DAY_S - days) < days / 10 &&
        Math.abs(min - asked) < 1 &&
        (from === undefined || Math.abs(min - from) < DAY_S / 2) &&
        (await page.locator('.plot.is-drawn canvas').count()) === 2
      );
    });
    touch = await useFingers(page);
  };

  await drag([[0.3], [0.35], [0.4], [0.45], [0.5]]);
  await becomesAbout(6);
  const { min } = await drawnRange(page);
  await drag([[0.2], [0.3], [0.5], [0.7]]);
  await becomesAbout(6, min - 3 * DAY_S);
  await drag([
    [0.4, 0.6],
    [0.35, 0.65],
    [0.25, 0.75],
    [0.2, 0.8],
  ]);
  await becomesAbout(2, min - DAY_S);
  await drag([
    [0.2, 0.8],
    [0.3, 0.7],
    [0.4, 0.6],
  ]);
  await becomesAbout(6, min - 3 * DAY_S);

  const before = await page.evaluate<number>('scrollY');
  const zoomed = page.url();
  await touch('touchStart', [0.5]);
  for (const up of [20, 60, 120, 160]) await touch('touchMove', [0.5], up);
  await touch('touchEnd', []);
  await poll(async () => (await page.evaluate<number>('scrollY')) > before + 50);
  expect(page.url()).toBe(zoomed);

  await page.goBack();
  await poll(() => Promise.resolve(page.url() === usual));
  expect(complaints).toStrictEqual([]);
});
