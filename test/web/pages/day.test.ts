import { expect, test } from 'vitest';
import { startOn } from '../../support/service.ts';
import { useTestDatabase } from '../../support/database.ts';
import { seedSeries } from '../../support/series.ts';
import { type TestWeb, useWeb } from '../../support/web.ts';
import { poll } from '../../support/poll.ts';

const MINUTE = 60_000;

/** A service in Paris whose clock stands at a fixed time. */
async function useNoon(): Promise<TestWeb> {
  const web = await useWeb({ timeZone: 'Europe/Paris' });
  web.advance(Date.UTC(2026, 10, 22, 12) - Date.now());
  return web;
}

/** Temperatures, minutes before now. */
function commit(web: TestWeb, ...readings: readonly (readonly [minutes: number, value: number])[]): void {
  for (const [minutes, value] of readings) {
    web.commit({ station: 'outside', metric: 'temperature', value, ageMs: minutes * MINUTE });
  }
}

const words = (html: string): string => html.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');

test("today's low and high stand there with their times in the zone of the owner", async () => {
  const web = await useNoon();
  // 13:00 in Paris: 14 hours ago it was yesterday.
  commit(web, [14 * 60, -20], [12 * 60, 2.04], [60, 12.3], [30, 12.3], [0, 10]);
  expect(words((await web.ask('/')).text)).toContain('Low 2.0 01:00 High 12.3 12:00');
  const german = words((await web.ask('/?lang=de&units=imperial')).text);
  expect(german).toContain('Tief 35,7 01:00 Hoch 54,1 12:00');
});

test('the trend compares with the oldest of three hours, in the unit that is shown, from an hour on', async () => {
  const web = await useNoon();
  const trend = async (query = ''): Promise<string | undefined> =>
    /data-direction="(\w+)".*?class="change">([^<]+)</s
      .exec((await web.ask(`/${query}`)).text)
      ?.slice(1)
      .join(' ');
  commit(web, [59, 10], [0, 12]);
  expect(await trend()).toBeUndefined();
  commit(web, [170, 9], [0, 12]);
  expect(await trend()).toBe('rising +3.0 °C in 3 h');
  expect(await trend('?units=imperial')).toBe('rising +5.4 °F in 3 h');
  commit(web, [0, 9.4]);
  expect(await trend()).toBe('steady +0.4 °C in 3 h');
  commit(web, [0, 8.5]);
  expect(await trend()).toBe('falling \u{2212}0.5 °C in 3 h');
});

test('the strip is an image with a name and a description', async () => {
  const web = await useNoon();
  commit(web, [60, 2], [0, 10]);
  const { text } = await web.ask('/');
  expect(text).toMatch(
    /<svg class="paper"[^>]* role="img" aria-labelledby="strip-outside strip-outside-text">/,
  );
  expect(text).toContain('>The last 24 hours: lowest 2.0 °C at 12:00, highest 10.0 °C at 13:00.</desc>');
  expect(text).toMatch(/<path class="trace" d="M91 \d+h0l4 -\d+"/);
});

test('dew point and how warm it feels stand beside what they follow from', async () => {
  const web = await useNoon();
  commit(web, [0, 20]);
  web.commit({ station: 'outside', metric: 'humidity', value: 50 });
  expect(words((await web.ask('/')).text)).toContain('Feels like 20.0 °C Dew point 9.3 °C ');
  expect(words((await web.ask('/?units=f&lang=de')).text)).toContain('Gefühlt 68,0 °F');
});

test('a wind direction has its point of the compass, and as the large number no lowest, no highest and no line', async () => {
  const web = await useNoon();
  web.commit({ station: 'mast', metric: 'wind_dir', value: 350, ageMs: 60 * MINUTE });
  web.commit({ station: 'mast', metric: 'wind_dir', value: 12 });
  const { text } = await web.ask('/?lang=de');
  expect(words(text)).toMatch(/Windrichtung 12 ° NNO /);
  expect(text).not.toMatch(/class="(?:strip|today)"/);
  web.commit({ station: 'mast', metric: 'wind_speed', value: 3 });
  expect(words((await web.ask('/')).text)).toMatch(/Wind speed 3\.0 m\/s .* Wind direction 12 ?° NNE /);
});

test('a page has the last day at once after a restart, from the database', async () => {
  const database = await useTestDatabase();
  const now = Date.now() * 1000;
  const row = (minutes: number, value: number) => ({ measuredAt: now - minutes * 60_000_000, value });
  const series = { station: 'outside', metric: 'temperature', unit: '°C' };
  await seedSeries(database.pool, series, [row(150, 5), row(100, 7), row(50, 8), row(1, 9)]);
  const { url } = await startOn(database);
  const page = async (): Promise<string> => (await fetch(url)).text();
  await poll(async () => (await page()).includes('class="trace"'));
  const text = await page();
  expect(text).toContain('+4.0 °C in 2 h');
  expect(text).toContain('data-interval="3000"');
});
