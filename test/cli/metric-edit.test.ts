import { expect, test } from 'vitest';
import { runCli, runJson } from '../support/cli.ts';
import { useTestDatabase } from '../support/database.ts';
import { poll } from '../support/poll.ts';
import { seedSeries } from '../support/series.ts';
import { startOn } from '../support/service.ts';

const EDIT = ['metric', 'edit', 'outside'];

test('metrics are listed with their newest readings, and with how they are shown', async () => {
  const { pool, url } = await useTestDatabase();
  const env = { DATABASE_URL: url };
  expect(await runJson(['metric', 'list'], env)).toEqual({ metrics: [] });
  const row = { measuredAt: Date.UTC(2026, 10, 1, 10) * 1000, value: 21.5 };
  await seedSeries(pool, { station: 'outside', metric: 'temperature', unit: '°C' }, [row]);
  await seedSeries(pool, { station: 'inside', metric: 'note', unit: null }, [row]);
  const args = [...EDIT, 'temperature', '--title', 'Roof', '--unit', '°F', '--position', '2', '--hide'];
  await runCli(args, env);
  const note = { station: 'inside', metric: 'note', storedUnit: null, value: 21.5 };
  const temperature = { station: 'outside', metric: 'temperature', storedUnit: '°C', value: 21.5 };
  const measuredAt = '2026-11-01T10:00:00.000Z';
  expect(await runJson(['metric', 'list'], env)).toEqual({
    metrics: [
      { ...note, measuredAt, title: null, unit: null, position: null, isHidden: false },
      { ...temperature, measuredAt, title: 'Roof', unit: '°F', position: 2, isHidden: true },
    ],
  });
  const shown = await runCli(['metric', 'list', '--station', 'outside'], env);
  expect(shown.stdout).toMatch(
    /^STATION .*SHOWN AS\noutside +temperature +21\.5 °C +2026-11-01T10:00:00.000Z +Roof, in °F, position 2, hidden\n$/,
  );
  const unknown = await runCli(['metric', 'list', '--station', 'shed'], env);
  expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('station list')]);
});

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
  expect(await refused('humidity')).toMatch(
    /^"outside" has no metric "humidity"\.\n.* Look with: thermograph metric list\n$/,
  );
  expect(await refused('temprature.roof')).toContain('Did you mean temperature.roof?');
  expect(await refused('temperature.roof', '--unit', 'hPa')).toContain('its values are in °C');
  expect(await refused('note', '--unit', '°F')).toContain('its values have no unit');
  expect(await refused('note', '--hide', '--show', '--position', 'x')).toMatch(
    /position must be a whole[^]*exclude each other/,
  );
});
