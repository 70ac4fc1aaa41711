import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseChannels } from '../../../firmware-bridge/bridge/channels-file.ts';
import { useBridge } from '../../support/bridge.ts';
import { freePort } from '../../support/free-port.ts';
import { poll } from '../../support/poll.ts';
import { useFolder } from '../../support/program.ts';
import { readAsArduino, exchangeWith, useThingSpeak, WRITE_KEY } from '../../support/thingspeak.ts';
import { useSecuredService } from '../../support/secured-service.ts';
import { useTestDatabase } from '../../support/database.ts';

test('what boards post arrives over MQTT, and leaves the disk when the broker has it', async () => {
  const service = await useThingSpeak({ channels: [] });
  const bridge = await useBridge(service.mqttPort);
  expect(await bridge.get('field1=21.5&field2=19')).toEqual([200, '1']);
  expect(await bridge.get('field1=21.6')).toEqual([200, '2']);
  await poll(() => bridge.waiting() === 0);
  expect(await service.values('outside', 'temperature')).toEqual([21.5, 21.6]);
  expect(await service.values('inside', 'temperature')).toEqual([19]);
});

test('while the broker is away readings are kept, also across a restart, with the time of their receipt', async () => {
  const folder = await useFolder();
  const before = await useBridge(await freePort(), { folder });
  const from = Date.now();
  expect(await before.get('field1=21.5')).toEqual([200, '1']);
  const to = Date.now();
  await before.close();
  const service = await useThingSpeak({ channels: [] });
  const after = await useBridge(service.mqttPort, { folder });
  await poll(() => after.waiting() === 0);
  const { rows } = await service.database.pool.query<{ at: Date; value: number }>(
    'SELECT measured_at AS at, value FROM readings',
  );
  expect(rows).toEqual([{ at: expect.any(Date), value: 21.5 }]);
  expect(rows[0]!.at.getTime()).toBeGreaterThanOrEqual(from);
  expect(rows[0]!.at.getTime()).toBeLessThanOrEqual(to);
});

test('a broker that is away, comes, goes and comes back gets everything, and the owner is told of each once', async () => {
  const database = await useTestDatabase();
  const mqttPort = await freePort();
  const bridge = await useBridge(mqttPort);
  expect(await bridge.get('field1=1')).toEqual([200, '1']);
  await poll(() => bridge.logged.length === 1);
  const first = await useThingSpeak({ channels: [], database, config: { mqttPort } });
  await poll(() => bridge.waiting() === 0);
  await first.service.close();
  expect(await bridge.get('field1=2&field2=20')).toEqual([200, '2']);
  await poll(() => bridge.logged.length === 3);
  expect(bridge.waiting()).toBe(2);
  const second = await useThingSpeak({ channels: [], database, config: { mqttPort } });
  await poll(() => bridge.waiting() === 0);
  expect(await second.values('outside', 'temperature')).toEqual([1, 2]);
  expect(await second.values('inside', 'temperature')).toEqual([20]);
  await poll(() => bridge.logged.length === 4);
  const [away, there, awayAgain, thereAgain] = bridge.logged.map(({ msg }) => msg);
  expect([away, awayAgain]).toEqual([expect.stringContaining('away'), away]);
  expect([there, thereAgain]).toEqual(['the broker is there', there]);
});

test('a station that the broker refuses holds back no other, and is delivered when it may publish', async () => {
  const mqttPort = await freePort();
  const secured = await useSecuredService({ mqttPort });
  const broker = {
    url: `mqtt://127.0.0.1:${mqttPort}`,
    username: 'outside',
    password: secured.secrets['outside'],
  };
  const bridge = await useBridge(mqttPort, { broker });
  for (const value of [1, 2, 3]) {
    expect(await bridge.get(`field1=${value}&field2=${10 * value}`)).toEqual([200, String(value)]);
  }
  const { pool } = secured.database;
  const values = async (): Promise<readonly number[]> => {
    const { rows } = await pool.query<{ value: number }>('SELECT value FROM readings ORDER BY value');
    return rows.map(({ value }) => value);
  };
  await poll(async () => (await values()).length === 3);
  expect(await values()).toEqual([1, 2, 3]);
  const refused = await poll(() => bridge.logged.find(({ level }) => level === 50));
  expect(refused).toMatchObject({ topic: 'stations/inside', msg: expect.stringContaining('may publish') });
  expect(bridge.logged.filter(({ msg }) => msg.includes('away'))).toEqual([]);
  // Those of the refused station are what is kept, and behind the first of them what is delivered already.
  expect(bridge.waiting()).toBeGreaterThanOrEqual(3);
  await bridge.close();
  await secured.service.close();
  await useThingSpeak({ channels: [], database: secured.database, config: { mqttPort } });
  const { folder } = bridge;
  const allowed = await useBridge(mqttPort, { folder });
  await poll(() => allowed.waiting() === 0);
  expect(await values()).toEqual([1, 2, 3, 10, 20, 30]);
});

test('what it can not deliver it refuses, and nothing is read from it', async () => {
  const bridge = await useBridge(await freePort());
  const ask = (path: string): Promise<string> =>
    exchangeWith(Number(new URL(bridge.url).port), `GET ${path} HTTP/1.1\r\nHost: bridge\r\n\r\n`);
  const warm = await ask(`/update?api_key=${WRITE_KEY}&field1=warm`);
  expect(readAsArduino(warm)).toEqual({ status: 421, body: '0' });
  expect((await bridge.get('api_key=wrong&field1=1'))[0]).toBe(401);
  for (const path of [`/channels/1/feeds.txt`, '/update/%zz', '/nothing', `/update/${'x'.repeat(2000)}`]) {
    const reply = await ask(`${path}?api_key=${WRITE_KEY}`);
    expect(reply).not.toContain(WRITE_KEY);
    expect(readAsArduino(reply).body).toMatch(/^(?:0|-1)$/);
  }
  expect(readAsArduino(await ask('/channels/1/feeds.json')).status).toBe(404);
  expect(readAsArduino(await ask('/update?status=wind from N'))).toEqual({ status: 400, body: '0' });
  expect(bridge.waiting()).toBe(0);
});

test('bytes too many behind an update do not take its answer away', async () => {
  const bridge = await useBridge(await freePort());
  const bytes = `GET /update?api_key=${WRITE_KEY}&field1=7 HTTP/1.1\r\n\r\nmore`;
  expect(readAsArduino(await exchangeWith(Number(new URL(bridge.url).port), bytes))).toEqual({
    status: 200,
    body: '1',
  });
  expect(bridge.waiting()).toBe(1);
});

test('a folder that is none is told at the start, with what to do', async () => {
  const folder = join(await useFolder(), 'file');
  await writeFile(folder, '');
  await expect(useBridge(1, { folder })).rejects.toMatchObject({
    code: 'folder-unusable',
    message: expect.stringMatching(/can't be kept in .*file: .*--folder/),
  });
});

test('when there is no room an update is refused as a whole, and the owner told why', async () => {
  const bridge = await useBridge(await freePort(), { maxBytes: 200 });
  expect(await bridge.get('field1=1&field2=2')).toEqual([503, '0']);
  expect(bridge.waiting()).toBe(0);
  expect(await bridge.get('field1=1')).toEqual([200, '1']);
  expect(await bridge.get('field1=2')).toEqual([503, '0']);
  expect(bridge.waiting()).toBe(1);
  const told = bridge.logged.filter(({ level }) => level === 50);
  expect(told).toEqual([
    expect.objectContaining({
      folder: bridge.folder,
      reason: expect.stringContaining('it is full'),
      msg: expect.stringContaining('boards are refused'),
    }),
    expect.objectContaining({ reason: expect.stringContaining('1 messages wait for the broker') }),
  ]);
});

test('a disk that fails is told, and boards are refused until it works again', async () => {
  const bridge = await useBridge(await freePort());
  expect(await bridge.get('field1=1')).toEqual([200, '1']);
  await rm(bridge.folder, { recursive: true });
  expect(await bridge.get('field1=2')).toEqual([503, '0']);
  await writeFile(bridge.folder, '');
  expect(await bridge.get('field1=2')).toEqual([503, '0']);
  expect(bridge.logged.find(({ level }) => level === 50)).toMatchObject({
    folder: bridge.folder,
    reason: expect.any(String),
    msg: expect.stringContaining('may be written to'),
  });
  await rm(bridge.folder);
  expect((await bridge.get('field1=3'))[0]).toBe(200);
  expect((await stat(bridge.folder)).isDirectory()).toBe(true);
  expect(bridge.logged.at(-1)).toMatchObject({ msg: 'readings are kept on disk again' });
});

test.each([
  ['{}', 'not a JSON array'],
  ['[]', 'lists none'],
  ['[{"id":1}]', 'item 1 has no id'],
  ['[{"id":1,"writeKey":"XXXXXXXX","fields":{"9":"a:b"}}]', 'must be 1 to 8'],
  ['[{"id":1,"writeKey":"XXXXXXXX","fields":{}},{"id":2,"writeKey":"XXXXXXXX","fields":{}}]', 'stands twice'],
])('the channels %s are refused, for %s', (text, why) => {
  expect(() => parseChannels(text)).toThrow(why);
});
