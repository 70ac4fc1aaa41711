import { expect, test } from 'vitest';
import { findBarriers } from '../support/accessibility.ts';
import { useChromium } from '../support/chromium.ts';
import { useWeb } from '../support/web.ts';

const open = useChromium();

test('the reference of the API fits a phone and a screen, in light and dark, and keeps nobody out', async (context) => {
  const web = await useWeb();
  web.addStation('x'.repeat(64));
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page, complaints } = await open(context, web.url, { colorScheme });
    await page.goto(`${web.url}/api#history`);
    await page.evaluate('for (const each of document.querySelectorAll("details")) each.open = true');
    expect(await page.evaluate('document.querySelector(":target").id')).toBe('history');
    for (const width of [360, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      expect(await page.evaluate('document.documentElement.scrollWidth'), `at ${width} px`).toBe(width);
    }
    expect(await findBarriers(page)).toStrictEqual([]);
    expect(complaints).toStrictEqual([]);
  }
});

test('it is whole without scripts', async (context) => {
  const web = await useWeb();
  const { page } = await open(context, web.url, { javaScriptEnabled: false });
  await page.goto(`${web.url}/api?lang=de`);
  expect(await page.locator('#stations').isVisible(), 'it is folded').toBe(false);
  const { height } = (await page.locator('body').boundingBox())!;
  expect(height).toBeLessThan(6000);
  await page.locator('summary', { hasText: '/api/stations' }).first().click();
  await page.locator('#stations details summary').first().click();
  expect(await page.getByText('lastSeenAt').first().isVisible()).toBe(true);
});

test('a link to an operation opens it, with its name in sight, and on paper all are open', async (context) => {
  const web = await useWeb();
  const { page } = await open(context, web.url, { javaScriptEnabled: false });
  await page.goto(`${web.url}/api#history`);
  expect(await page.locator('#history').isVisible()).toBe(true);
  expect(await page.locator('details[open] > #history').count()).toBe(1);
  const summary = page.locator('details:has(> #history) > summary');
  expect((await summary.boundingBox())!.y).toBeGreaterThanOrEqual(0);
  expect(await page.locator('#stations').isVisible()).toBe(false);
  await page.emulateMedia({ media: 'print' });
  expect(await page.locator('#stations').isVisible()).toBe(true);
});
