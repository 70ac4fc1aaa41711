import { expect, test } from 'vitest';
import { useChromium } from '../support/chromium.ts';
import { drawnData, openHistory, readingsUntil, useHistory } from '../support/history-page.ts';
import { poll } from '../support/poll.ts';

const open = useChromium();

test('a metric in a unit of its own goes on in it, on both pages, and what is hidden makes no page anew', async (context) => {
  const rows = readingsUntil(Date.now() - 60_000, 30, 60_000, () => 20);
  const web = await useHistory({ 'outside:temperature': rows, 'outside:humidity': rows });
  web.displayMetric('outside', 'temperature', { unit: '°F', title: 'On the roof' });
  web.displayMetric('outside', 'humidity', { isHidden: true });
  const { page, complaints } = await open(context, web.url);
  await page.goto(web.url);
  await page.waitForSelector('#link[data-state="live"]');
  const number = page.locator('.primary .number');
  expect(await number.textContent()).toBe('68.0');
  const before = await number.elementHandle();
  await web.measure('outside', 'humidity', 50);
  await web.measure('outside', 'temperature', 30);
  await poll(async () => (await number.textContent()) === '86.0');
  expect(await before?.textContent(), 'the very same element').toBe('86.0');
  expect(complaints).toStrictEqual([]);

  const station = await openHistory(open, context, web);
  expect(await station.page.textContent('#chart-0-name')).toMatch(/^On the roof\s+°F$/);
  expect(await station.page.textContent('#chart-0-summary')).toContain('Lowest 68.0\u{a0}°F');
  expect(await station.page.textContent('#records')).toContain('86.0\u{a0}°F');
  expect((await drawnData(station.page))[1]![0]).toBe(68);
  // Only what is in sight is drawn.
  await station.page.locator('#chart-0').scrollIntoViewIfNeeded();
  await web.measure('outside', 'temperature', 40);
  await poll(async () => (await drawnData(station.page))[1]!.includes(104));
  const csv = await station.page.locator('#chart-0 .downloads a').first().getAttribute('href');
  expect((await web.ask(csv!)).text).toMatch(/\noutside,temperature,°F,/);
  expect(station.complaints).toStrictEqual([]);
});
