import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startBridge } from '../../../firmware-bridge/bridge/bridge.ts';
import { parseChannels } from '../../../firmware-bridge/bridge/channels-file.ts';
import { poll } from '../../support/poll.ts';
import { useFolder } from '../../support/program.ts';
import { useThingSpeak, WRITE_KEY } from '../../support/thingspeak.ts';
import { silentLog } from '../../support/web-parts.ts';

const CHANNELS = JSON.stringify([
  { id: 1, writeKey: WRITE_KEY, fields: { '1': 'outside:temperature', '2': 'inside:temperature' } },
]);

async function start(mqttPort: number, folder: string) {
  const bridge = await startBridge({
    channels: parseChannels(CHANNELS),
    host: '127.0.0.1',
    port: 0,
    mqttUrl: `mqtt://127.0.0.1:${mqttPort}`,
    folder,
    maxBytes: 1024 * 1024,
    log: silentLog,
  });
  let isClosed = false;
  const close = async (): Promise<void> => {
    if (!isClosed) await bridge.close();
    isClosed = true;
  };
  onTestFinished(close);
  const get = async (query: string): Promise<readonly [number, string]> => {
    const response = await fetch(`http://127.0.0.1:${bridge.port}/update?api_key=${WRITE_KEY}&${query}`);
    return [response.status, await response.text()];
  };
  return { ...bridge, get, close };
}

/** A port at which nobody listens now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => void server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

test('what boards post arrives over MQTT, and leaves the disk when the broker has it', async () => {
  const service = await useThingSpeak({ channels: [] });
  const bridge = await start(service.mqttPort, await useFolder());
  expect(await bridge.get('field1=21.5&field2=19')).toEqual([200, '1']);
  expect(await bridge.get('field1=21.6')).toEqual([200, '2']);
  await poll(() => bridge.waiting() === 0);
  expect(await service.values('outside', 'temperature')).toEqual([21.5, 21.6]);
  expect(await service.values('inside', 'temperature')).toEqual([19]);
});

test('while the broker is away readings are kept, also across a restart, with the time of their receipt', async () => {
  const folder = await useFolder();
  const before = await start(await freePort(), folder);
  const from = Date.now();
  expect(await before.get('field1=21.5')).toEqual([200, '1']);
  const to = Date.now();
  await before.close();
  const service = await useThingSpeak({ channels: [] });
  const after = await start(service.mqttPort, folder);
  await poll(() => after.waiting() === 0);
  const { rows } = await service.database.pool.query<{ at: Date; value: number }>(
    'SELECT measured_at AS at, value FROM readings',
  );
  expect(rows).toEqual([{ at: expect.any(Date), value: 21.5 }]);
  expect(rows[0]!.at.getTime()).toBeGreaterThanOrEqual(from);
  expect(rows[0]!.at.getTime()).toBeLessThanOrEqual(to);
});

test('what it can not deliver it refuses, and nothing is read from it', async () => {
  const bridge = await start(await freePort(), await useFolder());
  expect(await bridge.get('field1=warm')).toEqual([421, '0']);
  const url = `http://127.0.0.1:${bridge.port}`;
  expect((await fetch(`${url}/update?api_key=wrong&field1=1`)).status).toBe(401);
  expect((await fetch(`${url}/channels/1/feeds.json?api_key=${WRITE_KEY}`)).status).toBe(404);
  expect(bridge.waiting()).toBe(0);
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
