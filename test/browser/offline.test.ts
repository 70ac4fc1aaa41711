import { expect, test } from 'vitest';
import { useChromium } from '../support/chromium.ts';
import { poll } from '../support/poll.ts';
import { startWeb } from '../support/web.ts';
import { createWebParts } from '../support/web-parts.ts';

const open = useChromium();

test('while the service is away its page opens with the last known values, marked so, and comes alive with it', async (context) => {
  const handle = createWebParts({ timeZone: 'UTC' });
  handle.commit({ station: 'inside', metric: 'temperature', value: 21.5, ageMs: 14 * 60_000 });
  const first = await startWeb(handle);
  const { page } = await open(context, first.url, { serviceWorkers: 'allow' });
  await page.goto(first.url);
  await page.waitForSelector('#link[data-state="live"]');
  const kept = `caches.open('thermograph-pages').then((cache) => cache.match('/')).then(Boolean)`;
  await poll(() => page.evaluate<boolean>(kept));
  expect(await page.getByText('can not be reached').isVisible()).toBe(false);
  const port = Number(new URL(first.url).port);
  await first.close();

  await page.goto(first.url);
  expect(await page.textContent('.primary .number')).toBe('21.5');
  expect(await page.textContent('.primary time')).toBe('14 min ago');
  const style = `getComputedStyle(document.querySelector('.card')).borderRadius`;
  expect(await page.evaluate<string>(style), 'its styles are there').toBe('12px');
  await page
    .getByText(/^The service can not be reached\. These are the last known values, of .* UTC\.$/)
    .waitFor();
  await page.waitForSelector('#link[data-state="reconnecting"]');
  expect(await page.textContent('#link')).toBe('reconnecting…');

  handle.commit({ station: 'inside', metric: 'temperature', value: 22.5 });
  const second = await startWeb(handle, port);
  try {
    await page.waitForSelector('#link[data-state="live"]');
    await poll(async () => (await page.textContent('.primary .number')) === '22.5');
    await page.getByText('can not be reached').waitFor({ state: 'hidden' });
  } finally {
    await second.close();
  }
});

test('pages that were kept are forgotten by whoever logs out', async (context) => {
  const handle = createWebParts({ isPrivate: true });
  handle.commit({ station: 'inside', metric: 'temperature', value: 21.5 });
  const web = await startWeb(handle);
  const { page } = await open(context, web.url, { serviceWorkers: 'allow' });
  await page.goto(`${web.url}/login`);
  await page.getByLabel('Password').fill(handle.credentials.add('admin', 'owner'));
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.waitForSelector('#link[data-state="live"]');
  const pages = `caches.open('thermograph-pages').then((cache) => cache.keys()).then((keys) => keys.length)`;
  await poll(async () => (await page.evaluate<number>(pages)) === 1);
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.waitForURL(`${web.url}/login`);
  await poll(async () => (await page.evaluate<number>(pages)) === 0);
  await web.close();
  await expect(page.goto(web.url)).rejects.toThrow('ERR_');
});
