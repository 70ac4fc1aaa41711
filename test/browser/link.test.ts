import { expect, test } from 'vitest';
import { useChromium } from '../support/chromium.ts';
import { useFreezableProxy } from '../support/freezable-proxy.ts';
import { poll } from '../support/poll.ts';
import { startWeb, useWeb } from '../support/web.ts';
import { createWebParts } from '../support/web-parts.ts';

const open = useChromium();

test('while the service is away the page says so, and when it is back it shows what came meanwhile', async (context) => {
  const handle = createWebParts();
  handle.commit({ station: 'inside', metric: 'temperature', value: 21.5 });
  const first = await startWeb(handle);
  const { page } = await open(context, first.url);
  await page.goto(first.url);
  await page.waitForSelector('#link[data-state="live"]');
  await first.close();
  await page.waitForSelector('#link[data-state="reconnecting"]');
  expect(await page.textContent('#link')).toBe('reconnecting…');
  handle.commit({ station: 'inside', metric: 'temperature', value: 22.5 });
  const second = await startWeb(handle, Number(new URL(first.url).port));
  try {
    await page.waitForSelector('#link[data-state="live"]');
    await poll(async () => (await page.textContent('.primary .number')) === '22.5');
  } finally {
    await second.close();
  }
});

test('a line that is dead without a word is not called live, and is opened anew', async (context) => {
  const web = await useWeb();
  web.commit({ station: 'inside', metric: 'temperature', value: 21.5 });
  const proxy = await useFreezableProxy(web.url);
  const { page } = await open(context, proxy.url);
  await page.clock.install();
  await page.goto(proxy.url);
  await page.waitForSelector('#link[data-state="live"]');
  proxy.freeze();
  await page.clock.fastForward(44_000);
  expect(await page.getAttribute('#link', 'data-state')).toBe('live');
  await page.clock.fastForward(3000);
  await page.waitForSelector('#link[data-state="reconnecting"]');
  web.commit({ station: 'inside', metric: 'temperature', value: 22.5 });
  proxy.thaw();
  await page.waitForSelector('#link[data-state="live"]');
  await poll(async () => (await page.textContent('.primary .number')) === '22.5');
});

test('a clock that is put back does not hide that a line is dead', async (context) => {
  const web = await useWeb();
  web.commit({ station: 'inside', metric: 'temperature', value: 21.5 });
  const proxy = await useFreezableProxy(web.url);
  const { page } = await open(context, proxy.url);
  await page.clock.install();
  await page.goto(proxy.url);
  await page.waitForSelector('#link[data-state="live"]');
  proxy.freeze();
  await page.clock.setSystemTime(Date.now() - 7_200_000);
  await page.clock.fastForward(47_000);
  await page.waitForSelector('#link[data-state="reconnecting"]');
  proxy.thaw();
  await poll(async () => (await page.textContent('#link')) === 'live');
  expect(await page.locator('.card').count()).toBe(1);
});

test('a browser that loses its network says so at once, and is live again with it', async (context) => {
  const web = await useWeb();
  web.commit({ station: 'inside', metric: 'temperature', value: 21.5 });
  const { page } = await open(context, web.url);
  await page.goto(web.url);
  await page.waitForSelector('#link[data-state="live"]');
  await page.context().setOffline(true);
  await poll(async () => (await page.textContent('#link')) === 'reconnecting…');
  await page.context().setOffline(false);
  await poll(async () => (await page.textContent('#link')) === 'live');
});

test('a stream that is refused is tried again', async (context) => {
  const web = await useWeb();
  web.commit({ station: 'inside', metric: 'temperature', value: 21.5 });
  const { page } = await open(context, web.url);
  let refusals = 0;
  await page.route('**/api/live*', (route) => {
    refusals += 1;
    return refusals === 1 ? route.fulfill({ status: 503 }) : route.continue();
  });
  await page.clock.install();
  await page.goto(web.url);
  await page.waitForSelector('#link[data-state="reconnecting"]');
  await page.clock.fastForward(10_000);
  await page.waitForSelector('#link[data-state="live"]');
  expect(refusals).toBe(2);
});
