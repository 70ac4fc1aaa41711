import { expect, test } from 'vitest';
import { useChromium } from '../support/chromium.ts';
import { openHistory, readingsUntil, useHistory } from '../support/history-page.ts';

const open = useChromium();
const HOUR_MS = 3_600_000;
const BROWSERS = ['Europe/Paris', 'America/New_York'];

// On each of these days clocks are set, in the zone of the owner, in that of a browser, or in both.
test.for([
  ['America/Chicago', '2025-11-02'],
  ['America/Chicago', '2026-03-08'],
  ['Europe/Berlin', '2026-03-29'],
  ['Europe/Berlin', '2025-10-26'],
] as const)(
  'in %s, the charts of %s are the same in browsers of every zone',
  async ([timeZone, date], context) => {
    const rows = readingsUntil(Date.parse(`${date}T18:00Z`), 30, HOUR_MS, (index) => index);
    const web = await useHistory({ 'outside:temperature': rows }, { timeZone });
    const clock = new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'short', timeStyle: 'short' });
    const pictures: string[] = [];
    for (const timezoneId of BROWSERS) {
      const { page, complaints } = await openHistory(open, context, web, {
        query: `?from=${date}&to=${date}`,
        timezoneId,
      });
      pictures.push(
        await page.evaluate(
          `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(document.querySelector('canvas').toDataURL()))))`,
        ),
      );
      await page.locator('.plot').focus();
      await page.keyboard.press('Home');
      const seen: string[] = [];
      for (let steps = 0; steps < rows.length && seen.length < 20; steps += 1) {
        const value = Number.parseFloat((await page.locator('.readout-value').textContent())!);
        const time = (await page.locator('.readout-time').textContent())!;
        const expected = clock.format(rows[value]!.measuredAt / 1000).slice(-5);
        expect(time.slice(-5), `reading ${value} in a browser in ${timezoneId}`).toBe(expected);
        seen.push(time);
        await page.keyboard.press('ArrowRight');
      }
      expect(new Set(seen).size).toBeGreaterThan(10);
      expect(complaints).toStrictEqual([]);
      await page.context().close();
    }
    expect(pictures[0]!.length).toBeGreaterThan(5000);
    expect(new Set(pictures).size, 'the very same pixels').toBe(1);
  },
);
