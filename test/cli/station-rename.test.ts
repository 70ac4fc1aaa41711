import type { MqttClient } from 'mqtt';
import { expect, test } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { loadSeriesCatalog } from '../../src/storage/series-catalog.ts';
import { renameStation } from '../../src/storage/station-rename.ts';
import { type Login, runCli, runHere, runJson, type StationLogin } from '../support/cli.ts';
import { useTestDatabase } from '../support/database.ts';
import { poll } from '../support/poll.ts';
import { useFolder } from '../support/program.ts';
import { seedSeries } from '../support/series.ts';
import { startOn, useService } from '../support/service.ts';

const NOW = Date.now() * 1000;
const RENAME = ['station', 'rename', 'old', 'new'];

/** What comes on topics, as `topic payload`. */
function collect(client: MqttClient): readonly string[] {
  const got: string[] = [];
  client.on('message', (topic, payload) => void got.push(`${topic} ${payload.toString()}`));
  return got;
}

test('beside a running service a station and all that goes by its name is renamed, and what is retained of it taken back', async () => {
  const running = await useService({ allowAnonymous: false });
  const { database, getJson } = running;
  const env = { DATABASE_URL: database.url };
  const { password } = await runJson<StationLogin>(['station', 'add', 'old'], env);
  await runJson(['credentials', 'add', 'integrator', 'page', '--filter', 'live/old/#'], env);
  await runJson(['retention', 'set', '--station', 'old', '--raw', '1y'], env);
  await runJson(['channels', 'add', '--id', '7', '--name', 'x', '--field1', 'old:temperature'], env);
  const all = await runJson<Login>(['credentials', 'add', 'integrator', 'all'], env);
  const login = async (username: string) => running.connect({ username, password });
  await poll(() => running.service.credentials.hasName('all'));
  const board = await login('old');
  await board.publishAsync('stations/old/temperature', '21.5', { qos: 1 });
  await board.publishAsync('stations/old/status', 'online', { qos: 1, retain: true });
  const reader = await running.connect({ username: all.username, password: all.password });
  const got = collect(reader);
  await reader.subscribeAsync(['live/#', 'stations/+/status'], { qos: 0 });
  await poll(() => got.length === 2);
  expect(await runJson(RENAME, env)).toEqual({
    station: 'new',
    formerly: 'old',
    series: 1,
    hasCredential: true,
    channels: [7],
    integrators: ['page'],
    retentionPolicies: 1,
  });
  await poll(() => !board.connected && got.includes('live/old/temperature '));
  await poll(() => got.includes('stations/old/status '));
  await expect(login('old')).rejects.toThrow('Connection refused');
  await (await login('new')).publishAsync('stations/new/temperature', '22.5', { qos: 1 });
  expect(await getJson('/api/stations/new')).toMatchObject({
    title: 'new',
    online: true,
    latest: [{ value: 22.5 }],
  });
  expect(await getJson('/api/stations/new/readings?metric=temperature')).toMatchObject({
    readings: [{ value: 22.5 }, { value: 21.5 }],
  });
  expect((await fetch(`${running.url}/api/stations/old`)).status).toBe(404);
  const { rows } = await database.pool.query(
    `SELECT (SELECT filters[1] FROM credentials WHERE name = 'page') AS filter,
       (SELECT station FROM channel_fields) AS field, (SELECT station FROM retention_policies) AS policy`,
  );
  expect(rows).toEqual([{ filter: 'live/new/#', field: 'new', policy: 'new' }]);
});

test('what is published while stations are renamed is acknowledged, and stored once under one of the names', async () => {
  const running = await useService();
  const { pool } = running.database;
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const client = await running.connect();
  let count = 0;
  const over = new AbortController();
  // Under all names it has had or will have, and with metrics that are new: the service may or may not have heard.
  const publishing = (async () => {
    while (!over.signal.aborted) {
      const burst = names.map((name) => {
        count += 1;
        const payload = JSON.stringify({ [`m${count % 40}`]: count, time: NOW / 1e6 - 1e4 + count / 100 });
        return client.publishAsync(`stations/${name}/`.slice(0, -1), payload, { qos: 1 });
      });
      await Promise.all(burst);
    }
  })();
  const free = 'z';
  for (let round = 0; round < 12; round += 1) {
    await poll(
      async () => (await pool.query('SELECT FROM stations WHERE station = $1', [names[0]])).rowCount === 1,
    );
    await renameStation(pool, names[0]!, `${free}${round}`);
  }
  over.abort();
  await publishing;
  const { rows } = await pool.query(
    'SELECT (SELECT count(*)::int FROM readings_view) AS stored, (SELECT count(*)::int FROM rejected_messages) AS rejected',
  );
  expect(rows).toEqual([{ stored: count, rejected: 0 }]);
});

test('a service that was stopped meanwhile shows the new name, and nothing is retained of the old one', async () => {
  const database = await useTestDatabase();
  const config = { dataDir: await useFolder() };
  const first = await startOn(database, config);
  const board = await first.connect();
  await board.publishAsync('stations/old/temperature', '21.5', { qos: 1 });
  await board.publishAsync('stations/old/status', 'online', { qos: 1, retain: true });
  await first.service.close();
  const { code, stdout } = await runCli(RENAME, { DATABASE_URL: database.url });
  expect([code, stdout]).toEqual([0, expect.stringContaining('old is new now')]);
  const second = await startOn(database, config);
  const reader = await second.connect();
  const got = collect(reader);
  await reader.subscribeAsync(['stations/#', 'live/#'], { qos: 1 });
  await reader.publishAsync('stations/other/t', '1', { qos: 1 });
  await poll(() => got.some((message) => message.startsWith('stations/other')));
  expect(got.filter((message) => message.includes('old'))).toEqual([]);
  expect(got.some((message) => message.startsWith('live/new/temperature'))).toBe(true);
});

test('a board that needs no credential keeps what it retains under its old name, whatever is changed of stations then', async () => {
  const { connect, database, getJson } = await useService();
  const { pool } = database;
  const board = await connect();
  const got = collect(board);
  await board.subscribeAsync('stations/+/status', { qos: 1 });
  await board.publishAsync('stations/old/t', '21.5', { qos: 1 });
  const online = (station: string) =>
    board.publishAsync(`stations/${station}/status`, 'online', { qos: 1, retain: true });
  await online('old');
  await renameStation(pool, 'old', 'new');
  await poll(() => got.includes('stations/old/status '));
  // Its readings wait for the next measurement.
  await online('old');
  await pool.query("UPDATE stations SET title = 'Terrace'");
  await poll(async () => JSON.stringify(await getJson('/api/stations')).includes('Terrace'));
  await online('new');
  await poll(() => got.includes('stations/new/status online'));
  expect(got.findLast((message) => message.startsWith('stations/old'))).toBe('stations/old/status online');
});

test('a name that anything goes by is refused, and so is a station that is not there', async () => {
  const { pool, url } = await useTestDatabase();
  const env = { DATABASE_URL: url };
  for (const station of ['old', 'station']) {
    await seedSeries(pool, { station, metric: 't', unit: null }, [{ measuredAt: NOW, value: 1 }]);
  }
  await runJson(['credentials', 'add', 'admin', 'admin'], env);
  await runJson(['retention', 'set', '--station', 'kept', '--raw', '1y'], env);
  await runJson(['channels', 'add', '--id', '7', '--name', 'x', '--field1', 'field:t'], env);
  for (const taken of ['station', 'admin', 'kept', 'field']) {
    await expect(renameStation(pool, 'old', taken)).rejects.toMatchObject({ code: 'station-exists' });
  }
  const unknown = await runCli(['station', 'rename', 'none', 'new'], env);
  expect([unknown.code, unknown.stdout]).toEqual([1, '']);
  expect(unknown.stderr).toMatch(/no station with the name none\.\n {2}.*station list/);
  expect((await loadSeriesCatalog(pool)).find('old', 't')).toBeDefined();
});

test('a rename that has to wait for others gives up, changes nothing, and says what to do', async () => {
  const { pool } = await useTestDatabase();
  await seedSeries(pool, { station: 'old', metric: 't', unit: null }, [{ measuredAt: NOW, value: 1 }]);
  const other = await pool.connect();
  await other.query("BEGIN; SELECT FROM stations WHERE station = 'old' FOR UPDATE");
  await expect(renameStation(pool, 'old', 'new', 20)).rejects.toMatchObject({
    code: 'station-busy',
    hint: expect.stringContaining('Try again'),
  });
  await other.query('ROLLBACK');
  other.release();
  expect((await pool.query("SELECT FROM stations WHERE station = 'old'")).rowCount).toBe(1);
});

test.each([
  [['old', 'old'], 'The two names are the same'],
  [['old', 'a/b'], 'letters, digits'],
  [['old'], 'NEW is missing'],
])('station rename %j is wrong use: %s', async (names, why) => {
  expect(commands.map(({ name }) => name)).toContain('station rename');
  const { code, stderr } = await runHere(['station', 'rename', ...names], { DATA_DIR: 'package.json' });
  expect([code, stderr]).toEqual([2, expect.stringContaining(why)]);
});
