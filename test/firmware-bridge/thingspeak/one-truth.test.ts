import { expect, test } from 'vitest';
import { poll } from '../../support/poll.ts';
import { type TestThingSpeak, useThingSpeak, WRITE_KEY } from '../../support/thingspeak.ts';

const update = (query: string): string => `/update?api_key=${WRITE_KEY}&${query}`;

async function entryCount({ database }: TestThingSpeak): Promise<number> {
  return (await database.pool.query('SELECT FROM channel_entries')).rowCount ?? 0;
}

test('an update whose readings can not be stored is refused as a whole, and its repetition is one entry', async () => {
  const service = await useThingSpeak({ config: { spoolMaxBytes: 1 } });
  const { get, values, database } = service;
  await database.pool.query('ALTER TABLE readings RENAME TO aside');
  const refused = await get(update('field1=21.5&field2=19'));
  expect([refused.status, refused.text]).toEqual([503, '0']);
  expect(await entryCount(service)).toBe(0);
  await database.pool.query('ALTER TABLE aside RENAME TO readings');
  expect((await get(update('field1=21.5&field2=19'))).text).toBe('1');
  expect(await entryCount(service)).toBe(1);
  expect(await values('outside', 'temperature')).toEqual([21.5]);
  expect(await values('inside', 'temperature')).toEqual([19]);
});

test('what a board posts is told on the live topics once, and counted, as what comes over MQTT is', async () => {
  const { get, connect, service } = await useThingSpeak();
  const client = await connect();
  const heard: string[] = [];
  client.on('message', (topic, payload) => heard.push(`${topic} ${JSON.parse(payload.toString()).value}`));
  await client.subscribeAsync('live/#', { qos: 1 });
  const once = update('field1=21.5&field2=19&created_at=2020-03-01T10:00:00Z');
  expect((await get(once)).text).toBe('1');
  expect((await get(once)).text).toBe('1');
  expect((await get(update('field1=22'))).text).toBe('2');
  await poll(() => heard.length >= 3);
  expect(heard).toEqual([
    'live/outside/temperature 21.5',
    'live/inside/temperature 19',
    'live/outside/temperature 22',
  ]);
  expect(service.counters()).toMatchObject({
    messages_received: 5,
    messages_acknowledged: 5,
    messages_refused: 0,
    readings_written: 3,
    readings_duplicate: 2,
  });
});
