import { expect, test } from 'vitest';
import { runCli, runJson } from '../support/cli.ts';
import { useTestDatabase } from '../support/database.ts';
import { poll } from '../support/poll.ts';
import { seedSeries } from '../support/series.ts';
import { startOn } from '../support/service.ts';

const EDIT = ['metric', 'edit', 'outside'];

test('a running service shows a metric as its owner says, at once and after a restart', async () => {
  const database = await useTestDatabase();
  const env = { DATABASE_URL: database.url };
  const row = { measuredAt: Date.now() * 1000, value: 21.5 };
  await seedSeries(database.pool, { station: 'outside', metric: 'temperature.roof', unit: '°C' }, [row]);
  await seedSeries(database.pool, { station: 'outside', metric: 'note', unit: null }, [row]);
  const running = await startOn(database);
  const page = async (url: string): Promise<string> => (await fetch(url)).text();
  const args = [...EDIT, 'temperature.roof', '--title', 'Roof', '--unit', 'fahrenheit', '--position', '2'];
  const shown = { title: 'Roof', unit: '°F', position: 2, isHidden: false };
  expect(await runJson(args, env)).toEqual({ station: 'outside', metric: 'temperature.roof', ...shown });
  await poll(async () => (await page(running.url)).includes('<p class="primary-name">Roof</p>'));
  expect(await page((await startOn(database)).url)).toContain('<span class="number">70.7</span>');
  const hidden = await runCli([...EDIT, 'temperature.roof', '--hide', '--position='], env);
  expect(hidden.stdout).toMatch(/Title +Roof\nUnit +°F\nPosition +-\nHidden +yes\n/);
  await poll(async () => !(await page(running.url)).includes('<p class="primary-name">Roof</p>'));

  const refused = async (...more: string[]): Promise<string> =>
    (await runCli([...EDIT, ...more], env)).stderr;
  expect(await refused('humidity')).toContain('"outside" has no metric "humidity"');
  expect(await refused('temperature.roof', '--unit', 'hPa')).toContain('its values are in °C');
  expect(await refused('note', '--unit', '°F')).toContain('its values have no unit');
  expect(await refused('note', '--hide', '--show', '--position', 'x')).toMatch(
    /position must be a whole[^]*exclude each other/,
  );
});
