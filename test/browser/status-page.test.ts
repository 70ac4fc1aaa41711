import { expect, test } from 'vitest';
import { useChromium } from '../support/chromium.ts';
import { poll } from '../support/poll.ts';
import { useWeb } from '../support/web.ts';

const open = useChromium();

test('the status page renews itself, and leaves whoever reads it where they were', async (context) => {
  const web = await useWeb();
  web.setCounters({ readings_dropped: 0 });
  const { page, complaints } = await open(context, web.url);
  await page.clock.install();
  await page.goto(`${web.url}/status`);
  await page.waitForSelector('#link[data-state="live"]');
  const before = await page.textContent('h1');
  await page.locator('#counters-none > summary').click();
  web.setStoring({ state: 'stalled' });
  // Far from half a minute, for the clock goes on by itself, too.
  await page.clock.fastForward(10_000);
  expect(await page.textContent('h1')).toBe(before);
  await poll(async () => {
    await page.clock.fastForward(30_000);
    return (await page.textContent('h1')) !== before;
  });
  const after = await page.textContent('h1');
  expect(await page.textContent('#news'), 'screen readers are told').toBe(after);
  expect(await page.locator('#counters-none[open]').count(), 'what was unfolded stays so').toBe(1);
  expect(await page.evaluate('document.activeElement.closest("details")?.id')).toBe('counters-none');
  expect(complaints).toStrictEqual([]);
});
