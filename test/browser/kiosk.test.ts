import { expect, onTestFinished, test } from 'vitest';
import { useChromium } from '../support/chromium.ts';
import { poll } from '../support/poll.ts';
import { startWeb } from '../support/web.ts';
import { createWebParts } from '../support/web-parts.ts';

const open = useChromium();
const SIZES = [
  { width: 360, height: 640 },
  { width: 820, height: 1180 },
  { width: 1920, height: 1080 },
];

test('on a wall the digits are huge, nothing is around them, and the page outlives the service and its upgrade', async (context) => {
  const handle = createWebParts();
  for (const station of ['inside', 'outside']) {
    handle.commit({ station, metric: 'temperature', value: -12.5, ageMs: 3 * 3_600_000 });
    handle.commit({ station, metric: 'temperature', value: -21.5 });
  }
  const first = await startWeb(handle);
  const { page, complaints } = await open(context, first.url);
  await page.clock.install();
  await page.goto(`${first.url}/?kiosk=1&theme=dark`);
  await page.waitForSelector('#link[data-state="live"]');
  expect(await page.locator('nav, footer, header, summary').count()).toBe(0);
  for (const size of SIZES) {
    await page.setViewportSize(size);
    // It is arranged anew when the page hears of its size.
    await poll(async () => {
      const [digits, widest] = await page.evaluate<[{ width: number }, number]>(
        `[document.querySelector('.number').getBoundingClientRect().toJSON(), document.documentElement.scrollWidth]`,
      );
      return digits.width > Math.min(size.width, size.height) / 3 && widest <= size.width;
    });
  }
  await page.setViewportSize({ width: 1920, height: 1080 });
  handle.commit({ station: 'third', metric: 'temperature', value: 1, ageMs: 3 * 3_600_000 });
  handle.commit({ station: 'third', metric: 'temperature', value: 2 });
  await page.waitForSelector('[data-station="third"]');
  const [digits, beside] = await page.evaluate<[{ height: number; right: number }, { left: number }]>(
    `['.value', '.strip'].map((one) => document.querySelector('[data-station="third"] ' + one).getBoundingClientRect().toJSON())`,
  );
  expect(beside.left, 'in a card that is wide').toBeGreaterThan(digits.right);
  expect(digits.height, 'huge').toBeGreaterThan(1080 / 5);
  const build = await page.getAttribute('html', 'data-build');
  const port = Number(new URL(first.url).port);
  await first.close();
  await page.waitForSelector('#link[data-state="reconnecting"]');
  complaints.length = 0;
  await page.clock.fastForward(3_600_000);
  expect(await page.locator('.card').count(), 'it is still there').toBe(3);
  handle.commit({ station: 'inside', metric: 'temperature', value: -22.5 });
  const second = await startWeb({ ...handle, parts: { ...handle.parts, version: '0.2.0' } }, port);
  try {
    await poll(async () => {
      await page.clock.fastForward(4000);
      return (await page.getAttribute('html', 'data-build')) !== build;
    });
    await page.waitForSelector('#link[data-state="live"]');
    expect(await page.textContent('[data-station="inside"] .number')).toBe('\u{2212}22.5');
    expect(page.url()).toBe(`${first.url}/?kiosk=1&theme=dark`);
  } finally {
    await second.close();
  }
});

interface Wall {
  readonly shown: readonly string[];
  readonly cut: readonly string[];
  readonly scrolls: boolean;
  readonly pages: string;
}

const LOOK = `(() => {
  const shown = [...document.querySelectorAll('.card')].filter((card) => card.checkVisibility());
  const isCut = (card) => card.scrollHeight > card.clientHeight || card.scrollWidth > card.clientWidth ||
    card.getBoundingClientRect().bottom > innerHeight;
  const { scrollHeight, scrollWidth } = document.documentElement;
  return {
    shown: shown.map((card) => card.dataset.station),
    cut: shown.filter(isCut).map((card) => card.dataset.station),
    scrolls: scrollHeight > innerHeight || scrollWidth > innerWidth,
    pages: document.querySelector('.wall-pages').textContent,
  };
})()`;

test('forty stations fit on a wall, of more the pages turn by themselves, and nothing scrolls', async (context) => {
  const handle = createWebParts();
  const add = (index: number): void => {
    const station = `s${String(index).padStart(2, '0')}`;
    for (const value of [-12.5, -21.5])
      handle.commit({ station, metric: 'temperature', value, ageMs: value === -12.5 ? 9_000_000 : 0 });
  };
  for (let index = 0; index < 40; index += 1) add(index);
  const web = await startWeb(handle);
  onTestFinished(() => web.close());
  const { page, complaints } = await open(context, web.url, {
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
  });
  await page.clock.install();
  await page.goto(`${web.url}/?kiosk=1`);
  await page.waitForSelector('#link[data-state="live"]');
  const look = (): Promise<Wall> => page.evaluate<Wall>(LOOK);
  const all = await look();
  expect(all).toMatchObject({ cut: [], scrolls: false, pages: '' });
  expect(all.shown).toHaveLength(40);

  for (let index = 40; index < 60; index += 1) add(index);
  await poll(async () => {
    await page.clock.fastForward(2000);
    return (await look()).pages === '1 of 2';
  });
  const first = await look();
  expect(first).toMatchObject({ shown: all.shown.slice(0, 30), cut: [], scrolls: false });
  await page.keyboard.press('ArrowRight');
  const second = await look();
  expect(second).toMatchObject({ cut: [], scrolls: false, pages: '2 of 2' });
  expect([...first.shown, ...second.shown].toSorted()).toStrictEqual(
    handle.parts.stations().map(({ station }) => station),
  );
  await page.clock.fastForward(30_000);
  expect((await look()).pages, 'it stays where somebody has turned to').toBe('2 of 2');
  await page.clock.fastForward(30_000);
  expect((await look()).pages).toBe('1 of 2');
  await page.clock.fastForward(15_000);
  expect((await look()).pages).toBe('2 of 2');
  await page.setViewportSize({ width: 360, height: 640 });
  await poll(async () => {
    const { cut, scrolls } = await look();
    return cut.length === 0 && !scrolls;
  });
  expect(complaints).toStrictEqual([]);
});

const READ_DAYS = `[...document.querySelectorAll('.card')].map((card) => {
  const at = (part) => card.querySelector(part).getBoundingClientRect();
  return {
    isToday: card.querySelector('.today').checkVisibility() && at('.today').bottom <= card.getBoundingClientRect().bottom,
    isBelowTitle: at('.number').top + at('.number').height * 0.15 > at('.card-title').bottom,
    strip: at('.strip').height,
  };
})`;

interface ShownDay {
  readonly isToday: boolean;
  readonly isBelowTitle: boolean;
  readonly strip: number;
}

test('of a dozen stations on a wall the lowest and highest of today are shown, and their strips on a television', async (context) => {
  const handle = createWebParts();
  for (let index = 0; index < 12; index += 1) {
    for (const ageMs of [9_000_000, 0])
      handle.commit({ station: `s${index}`, metric: 'temperature', value: -21.5, ageMs });
  }
  const web = await startWeb(handle);
  onTestFinished(() => web.close());
  const { page } = await open(context, web.url);
  for (const [width, height, least] of [
    [1920, 1080, 30],
    [1280, 720, 0],
  ] as const) {
    await page.setViewportSize({ width, height });
    await page.goto(`${web.url}/?kiosk=1`);
    await page.waitForSelector('#link[data-state="live"]');
    const days = await page.evaluate<ShownDay[]>(READ_DAYS);
    expect(days).toHaveLength(12);
    for (const { isToday, isBelowTitle, strip } of days) {
      expect({ isToday, isBelowTitle }).toStrictEqual({ isToday: true, isBelowTitle: true });
      expect(strip, `at ${width}`).toBeGreaterThanOrEqual(least);
    }
  }
});
