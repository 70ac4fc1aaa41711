import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { useTestDatabase } from '../../support/database.ts';
import { evaluate } from './support/python.ts';

const README = await readFile(new URL('../../../firmware-bridge/station/README.md', import.meta.url), 'utf8');

/** The cells of the rows that begin so. */
function rows(first: RegExp): readonly (readonly string[])[] {
  const lines = README.split('\n').filter((line) => first.test(line));
  return lines.map((line) => line.split('|').map((cell) => cell.trim()));
}

test('the table of settings has all of them, with what holds where they are unset', async () => {
  const said = 'settings.DEFAULTS, settings.NEEDED'.split(', ');
  const [defaults, needed] = await evaluate('import settings', said);
  const told = rows(/^\| `[a-z_0-9]+`(, `[a-z_0-9]+`)* \| ([^|]*) \|/).flatMap(([, names, unset]) => {
    const values = unset!.split(', ');
    return names!.split(', ').map((name, i) => [name.replaceAll('`', ''), values[i] ?? values[0]!] as const);
  });
  const settings = told.filter(([, unset]) => /^(–|none|true|false|\d+|[a-z.]+\.org)?$/.test(unset));
  const all = defaults as Readonly<Record<string, unknown>>;
  expect(settings.map(([name]) => name).toSorted()).toEqual(
    [...Object.keys(all), ...(needed as string[])].toSorted(),
  );
  const expected = (name: string): string => (all[name] === '' ? 'none' : String(all[name]));
  for (const [name, unset] of settings)
    if (name in all) expect([name, unset]).toEqual([name, expected(name)]);
});

test('what a board is asked to run with mpremote is understood by it', async () => {
  const programs = [...README.matchAll(/`mpremote exec "([^"]+)"`/g)].map(([, program]) => program!);
  const devices = [
    { kind: 'mcp9808', since: 0 },
    { kind: 'ds18b20', pin: 2, raw: 0x0191 },
  ] as const;
  const printed: unknown[] = [];
  for (const program of programs) {
    // What it prints is kept, in place of being shown.
    const kept = program.replace(/print\((.*)\)$/, 'said = str($1)');
    const [said] = await evaluate(`said = None\n${kept}`, ['said'], devices, {
      platform: () => 'esp32',
      start_watchdog: () => {},
    });
    printed.push(said);
  }
  expect(printed).toEqual([
    expect.stringMatching(/^\d+$/),
    '[24]',
    "[b'28ff641e0f1c0405']",
    '(-400000,)',
    null,
  ]);
});

test('the query that compares gives each hour its readings, and its minutes with readings', async () => {
  const { pool } = await useTestDatabase();
  await pool.query(`INSERT INTO stations (station) VALUES ('outside')`);
  await pool.query(`INSERT INTO series (station_id, metric) SELECT id, 'temperature' FROM stations`);
  await pool.query(
    `CREATE TABLE readings_of_2026 PARTITION OF readings FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')`,
  );
  await pool.query(`INSERT INTO readings (series_id, measured_at, value, received_at)
    SELECT series.id, '2026-05-01T10:00Z'::timestamptz + seconds * interval '1 second', 20, now()
    FROM series, unnest(array[0, 60, 61]) AS seconds`);
  const [, query] = README.match(/thermograph -c "\n([^"]+)"/)!;
  const { rows: hours } = await pool.query(query!);
  expect(hours).toMatchObject([{ count: '3', minutes: '2' }]);
});
