import { expect, test } from 'vitest';
import { runCli, runHere, runJson } from '../support/cli.ts';
import { useTestDatabase } from '../support/database.ts';
import { poll } from '../support/poll.ts';
import { seedSeries } from '../support/series.ts';
import { startOn } from '../support/service.ts';

const EDIT = ['station', 'edit', 'outside'];

test('a running service shows a station as its owner says, at once and after a restart', async () => {
  const database = await useTestDatabase();
  const env = { DATABASE_URL: database.url };
  const row = { measuredAt: Date.now() * 1000, value: 21.5 };
  await seedSeries(database.pool, { station: 'outside', metric: 'temperature', unit: '°C' }, [row]);
  const running = await startOn(database);
  const page = async (url: string): Promise<string> => (await fetch(url)).text();
  const args = [...EDIT, '--title', 'In the garden', '--group', 'Outdoors', '--position', '2'];
  const shown = { station: 'outside', title: 'In the garden', group: 'Outdoors', position: 2 };
  expect(await runJson(args, env)).toEqual(shown);
  await poll(async () => (await page(running.url)).includes('<h2 class="group">Outdoors</h2>'));
  expect(await page(running.url)).toContain('>In the garden</a>');
  expect(await page((await startOn(database)).url)).toContain('<h2 class="group">Outdoors</h2>');
  const edited = await runCli([...EDIT, '--group', '', '--position='], env);
  expect(edited.stdout).toMatch(/Title +In the garden\nGroup +-\nPosition +-\n/);
  const unknown = await runCli(['station', 'edit', 'outsid'], env);
  expect([unknown.code, unknown.stderr]).toEqual([
    1,
    expect.stringContaining('There is no station with the name outsid.'),
  ]);
  await poll(async () => !(await page(running.url)).includes('class="group"'));
});

test.each([
  [[...EDIT, '--position', '1.5'], '--position must be a whole number.'],
  [[...EDIT, '--position', '9999999999'], '--position must be a whole number.'],
  [[...EDIT, '--title', 'x'.repeat(201)], '--title may have 200 characters.'],
  [[...EDIT, '--title', 'red\u001B[31m'], '--title must be one line, without control characters.'],
  [[...EDIT, '--group', 'one\ntwo'], '--group must be one line, without control characters.'],
  [[...EDIT, '--title', 'txt.\u202Egpj'], '--title must be one line, without control characters.'],
])('%j is refused: %s', async (args, mistake) => {
  const { code, stderr } = await runHere(args, {});
  expect(code).not.toBe(0);
  expect(stderr).toContain(mistake);
});
