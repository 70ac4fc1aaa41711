import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { useChromium } from '../support/chromium.ts';
import { poll } from '../support/poll.ts';
import { type TestWeb, useWeb } from '../support/web.ts';

const open = useChromium();

async function usePrivate(): Promise<TestWeb> {
  const web = await useWeb({ isPrivate: true });
  web.commit({ station: 'outside', metric: 'temperature', value: 21.5 });
  return web;
}

async function logIn(page: Page, secret: string): Promise<void> {
  await page.getByLabel('Password').fill(secret);
  await page.getByRole('button', { name: 'Log in' }).click();
}

test.for([true, false])(
  'who logs in comes to the page they wanted, and logs out again; with scripts: %s',
  async (javaScriptEnabled, context) => {
    const web = await usePrivate();
    const secret = web.credentials.add('admin', 'owner');
    const { page, complaints } = await open(context, web.url, { javaScriptEnabled });
    await page.goto(`${web.url}/status?units=imperial`);
    expect(new URL(page.url()).pathname).toBe('/login');
    expect(complaints).toStrictEqual([]);
    await logIn(page, 'not the secret');
    expect(await page.getByRole('alert').textContent()).toContain('Nobody has this password');
    complaints.length = 0;
    await logIn(page, secret);
    await page.waitForURL(`${web.url}/status?units=imperial`);
    await page.getByRole('link', { name: 'Now' }).click();
    expect(await page.textContent('.primary .number')).toBe('70.7');
    if (javaScriptEnabled) await page.waitForSelector('#link[data-state="live"]');
    expect(await page.evaluate('document.cookie')).toBe('');
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.waitForURL(`${web.url}/login`);
    expect(await page.context().cookies()).toMatchObject([{ name: 'thermograph_units' }]);
    await page.goto(web.url);
    expect(new URL(page.url()).pathname).toBe('/login');
    expect(complaints).toStrictEqual([]);
  },
);

test('a page that is open when its credential is revoked goes to the login', async (context) => {
  const web = await usePrivate();
  const secret = web.credentials.add('admin', 'owner');
  const { page } = await open(context, web.url);
  await page.goto(`${web.url}/`);
  await logIn(page, secret);
  await page.waitForSelector('#link[data-state="live"]');
  web.credentials.revoke('owner');
  web.app.reviewAccess();
  await poll(() => new URL(page.url()).pathname === '/login');
  await page.waitForSelector('#secret');
});

test('the login page fits on a phone and a desktop, and can be read and used by keyboard', async (context) => {
  const web = await usePrivate();
  const secret = web.credentials.add('station', 'outside');
  const { page, complaints } = await open(context, web.url);
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 740 });
    await page.goto(`${web.url}/login`);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
  }
  expect(await page.evaluate('document.activeElement.id')).toBe('secret');
  await page.keyboard.type(secret);
  await page.keyboard.press('Enter');
  await page.waitForURL(`${web.url}/stations/outside`).catch(() => undefined);
  expect(new URL(page.url()).pathname).toBe('/stations/outside');
  expect(complaints).toStrictEqual([]);
});
