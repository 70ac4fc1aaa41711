import { expect, test } from 'vitest';
import { hashSecret } from '../../../src/access/credential.ts';
import { addChannel, removeChannel, rotateChannelKeys } from '../../../src/storage/channels-query.ts';
import { useTestDatabase } from '../../support/database.ts';
import { poll } from '../../support/poll.ts';
import {
  CHANNEL,
  testChannel,
  type TestThingSpeak,
  useThingSpeak,
  WRITE_KEY,
} from '../../support/thingspeak.ts';

const update = (query: string): string => `/update?api_key=${WRITE_KEY}&${query}`;

async function entries({
  database,
}: TestThingSpeak): Promise<readonly { id: number; time: Date; fields: object }[]> {
  const { rows } = await database.pool.query(
    'SELECT entry_id::int AS id, created_at AS time, fields FROM channel_entries ORDER BY entry_id',
  );
  return rows;
}

test('a request that names its time has the same number when it is repeated, and is stored once', async () => {
  const service = await useThingSpeak();
  const { get, values } = service;
  const query = update('field1=21.5&field2=19&created_at=2020-03-01T10:00:00Z');
  expect((await get(query)).text).toBe('1');
  expect((await get(update('field1=21.6'))).text).toBe('2');
  expect((await get(query)).text).toBe('1');
  expect((await get(update('field2=19&field1=21.5&created_at=2020-03-01%2011:00:00%20%2B0100'))).text).toBe(
    '1',
  );
  expect(await entries(service)).toHaveLength(2);
  expect(await values('outside', 'temperature')).toEqual([21.5, 21.6]);
});

test('two boards that write their fields of one channel in the same second share an entry', async () => {
  const service = await useThingSpeak();
  const outside = update('field1=21.5&status=well&created_at=2020-03-01T10:00:00Z');
  const inside = update('field2=19&created_at=2020-03-01T10:00:00Z');
  expect((await service.get(outside)).text).toBe('1');
  expect((await service.get(inside)).text).toBe('1');
  for (const repetition of [outside, inside]) expect((await service.get(repetition)).text).toBe('1');
  expect((await service.get(update('field1=22&field3=7&created_at=2020-03-01T10:00:00Z'))).status).toBe(409);
  expect(await entries(service)).toEqual([
    { id: 1, time: new Date('2020-03-01T10:00:00Z'), fields: { '1': '21.5', '2': '19' } },
  ]);
  expect(await service.values('outside', 'temperature')).toEqual([21.5]);
  expect(await service.values('inside', 'temperature')).toEqual([19]);
  const last = await service.get(`/channels/${CHANNEL}/feeds/last.json?status=true`);
  expect(JSON.parse(last.text)).toMatchObject({ field1: '21.5', field2: '19', status: 'well' });
  expect((await service.get(update('field1=23'))).text).toBe('2');
});

test('boards that write at once, all with the same time, lose none of their fields', async () => {
  const service = await useThingSpeak();
  const replies = await Promise.all(
    [1, 2, 3, 4, 5, 6, 7, 8].map((field) =>
      service.get(update(`field${field}=${field}&created_at=2020-03-01T10:00:00Z`)),
    ),
  );
  expect(new Set(replies.map(({ text }) => text))).toEqual(new Set(['1']));
  const [entry, ...others] = await entries(service);
  expect(others).toEqual([]);
  expect(Object.values(entry!.fields)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
});

test('another value of a field at the same time is a conflict, and changes nothing', async () => {
  const service = await useThingSpeak();
  await service.get(update('field1=21.5&created_at=2020-03-01T10:00:00Z'));
  const refused = await service.get(update('field1=22&created_at=2020-03-01T10:00:00Z'));
  expect({ status: refused.status, text: refused.text }).toEqual({ status: 409, text: '0' });
  expect((await service.get(update('field1=23'))).text).toBe('2');
  expect(await service.values('outside', 'temperature')).toEqual([21.5, 23]);
});

test('a request without a time is a new entry each time', async () => {
  const service = await useThingSpeak();
  expect((await service.get(update('field1=21.5'))).text).toBe('1');
  expect((await service.get(update('field1=21.5'))).text).toBe('2');
  expect(await service.values('outside', 'temperature')).toEqual([21.5, 21.5]);
});

test('readings that were missing are made up for when the request is repeated', async () => {
  const service = await useThingSpeak();
  const query = update('field1=21.5&created_at=2020-03-01T10:00:00Z');
  await service.get(query);
  // As after a crash between the two.
  await service.database.pool.query('DELETE FROM readings');
  expect((await service.get(query)).text).toBe('1');
  expect(await service.values('outside', 'temperature')).toEqual([21.5]);
});

test('many at once have a number each, without a gap', async () => {
  const service = await useThingSpeak();
  const replies = await Promise.all(
    Array.from({ length: 40 }, (_, index) => service.get(update(`field1=${index}`))),
  );
  const numbers = replies.map(({ text }) => Number(text)).toSorted((one, other) => one - other);
  expect(numbers).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  expect(await service.values('outside', 'temperature')).toHaveLength(40);
});

test('texts are kept as they came; only numbers become readings', async () => {
  const service = await useThingSpeak();
  const body = new URLSearchParams({
    api_key: WRITE_KEY,
    field1: 'warm & <b>',
    field2: '019.50',
    field3: '',
    field8: 'ü\r\n',
  });
  expect((await service.post('/update', body)).text).toBe('1');
  expect(await entries(service)).toMatchObject([
    { fields: { '1': 'warm & <b>', '2': '019.50', '3': '', '8': 'ü' } },
  ]);
  expect(await service.values('outside', 'temperature')).toEqual([]);
  expect(await service.values('inside', 'temperature')).toEqual([19.5]);
});

test('what can not be stored or means nothing is refused', async () => {
  const { get } = await useThingSpeak();
  const statusOf = async (query: string): Promise<readonly [number, string]> => {
    const { status, text } = await get(update(query));
    return [status, text];
  };
  expect(await statusOf('field1=a%00b')).toEqual([422, '0']);
  expect(await statusOf('field9=1')).toEqual([421, '0']);
});

test('a time that can not be is replaced by that of receipt, and the owner is told', async () => {
  const service = await useThingSpeak();
  // A clock that began at the epoch shows such times twenty minutes and two weeks later.
  const unset = ['1970-01-01T00:00:09Z', '1970-01-01T00:20:00Z', '1970-01-15T00:00:00Z'];
  for (const time of [...unset, 'yesterday', '2999-01-01']) {
    expect((await service.get(update(`field1=1&created_at=${time}`))).status).toBe(200);
  }
  const years = (await entries(service)).map(({ time }) => time.getFullYear());
  expect(Math.min(...years)).toBeGreaterThan(2020);
  expect(Math.max(...years)).toBeLessThan(2999);
  expect(service.logged.filter(({ msg }) => msg.includes("created_at that can't be"))).toHaveLength(1);
});

test('a time without a zone is that of the time zone named', async () => {
  const service = await useThingSpeak();
  await service.get(update('field1=1&created_at=2020-07-01%2012:00:00&timezone=America/New_York'));
  await service.get(update('field1=1&created_at=2020-07-01%2012:00:00'));
  expect((await entries(service)).map(({ time }) => time.toISOString())).toEqual([
    '2020-07-01T16:00:00.000Z',
    '2020-07-01T12:00:00.000Z',
  ]);
});

test('where there is no such time zone UTC is taken, and the owner is told', async () => {
  const service = await useThingSpeak();
  const zones = ['Mars/Base', '', 'A'.repeat(2000), '\0'];
  for (const [minute, zone] of zones.entries()) {
    const query = new URLSearchParams({
      created_at: `2020-07-01 12:0${minute}:00`,
      timezone: zone,
      field1: '1',
    });
    expect((await service.get(update(query.toString()))).status).toBe(200);
  }
  await service.get(update('field1=1&timezone=Mars/Base'));
  const times = (await entries(service)).map(({ time }) => time.toISOString());
  expect(times.slice(0, 2)).toEqual(['2020-07-01T12:00:00.000Z', '2020-07-01T12:01:00.000Z']);
  expect(service.logged.filter(({ msg }) => msg.includes('timezone'))).toEqual([
    expect.objectContaining({ timezone: '"Mars/Base"' }),
  ]);
  expect(service.service.counters()).toMatchObject({ thingspeak_notices: zones.length });
});

test('the reply shows the entry as JSON and XML', async () => {
  const { get, post } = await useThingSpeak();
  const json = await post(
    '/update.json',
    JSON.stringify({ api_key: WRITE_KEY, field1: 21.5, created_at: '2020-03-01T10:00:00Z' }),
  );
  expect(json.text).toBe(
    `{"channel_id":${CHANNEL},"created_at":"2020-03-01T10:00:00Z","entry_id":1,"field1":"21.5","field2":null,"field3":null,` +
      `"field4":null,"field5":null,"field6":null,"field7":null,"field8":null,"latitude":null,"longitude":null,"elevation":null,"status":null}`,
  );
  const xml = (await get(`/update.xml?api_key=${WRITE_KEY}&status=a%3Cb&created_at=2020-03-01T10:00:01Z`))
    .text;
  expect(xml).toContain('<entry-id type="integer">2</entry-id>');
  expect(xml).toContain('<status>a&lt;b</status>');
  expect(xml).toContain('<field1 nil="true"/>');
});

test('a channel that is added or removed is known a moment later', async () => {
  const { get, database } = await useThingSpeak({ channels: [] });
  expect((await get(update('field1=1'))).status).toBe(401);
  await addChannel(database.pool, testChannel());
  await poll(async () => (await get(update('field1=1'))).status === 200);
  await removeChannel(database.pool, CHANNEL);
  await poll(async () => (await get(update('field1=1'))).status === 401);
});

test('a write key that was replaced counts no more, and the new one does', async () => {
  const { get, database } = await useThingSpeak();
  await rotateChannelKeys(database.pool, CHANNEL, { write: hashSecret('another key'), read: undefined });
  await poll(async () => (await get(update('field1=1'))).status === 401);
  expect((await get('/update?api_key=another%20key&field1=1')).text).not.toBe('0');
});

test('while the database is away nothing is promised, and nothing stored', async () => {
  const database = await useTestDatabase();
  const service = await useThingSpeak({
    database,
    channels: [testChannel({ writeKeyHash: hashSecret(WRITE_KEY) })],
  });
  await service.get(update('field1=1'));
  await database.pool.query('ALTER TABLE channel_entries RENAME TO aside');
  const { status, text, headers } = await service.get(update('field1=2'));
  expect({ status, text }).toEqual({ status: 503, text: '0' });
  expect(headers.get('retry-after')).toBe('5');
  await database.pool.query('ALTER TABLE aside RENAME TO channel_entries');
  expect((await service.get(update('field1=3'))).text).toBe('2');
  expect(await service.values('outside', 'temperature')).toEqual([1, 3]);
});
