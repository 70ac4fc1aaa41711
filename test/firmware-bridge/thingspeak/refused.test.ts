import { expect, test } from 'vitest';
import { CHANNEL, type TestThingSpeak, useThingSpeak, WRITE_KEY } from '../../support/thingspeak.ts';

const UPDATE = `channels/${CHANNEL}/update`;
const CSV = `channels/${CHANNEL}/bulk_update.csv`;
const JSON_DOOR = `channels/${CHANNEL}/bulk_update.json`;

interface Rejected {
  readonly topic: string;
  readonly reason: string;
  readonly detail: string;
  readonly payload: string;
}

async function rejected({ database }: TestThingSpeak): Promise<readonly Rejected[]> {
  const { rows } = await database.pool.query<Rejected>(
    `SELECT topic, reason, detail, convert_from(payload, 'UTF8') AS payload FROM rejected_messages ORDER BY id`,
  );
  return rows;
}

async function entryTimes({ database }: TestThingSpeak): Promise<readonly string[]> {
  const { rows } = await database.pool.query<{ time: Date }>(
    'SELECT created_at AS time FROM channel_entries ORDER BY entry_id',
  );
  return rows.map(({ time }) => time.toISOString());
}

/** Fetch repeats what is answered with 421, so this goes as bytes. @returns the status */
async function statusOf(service: TestThingSpeak, method: string, path: string, body = ''): Promise<number> {
  const head = `${method} ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}`;
  const reply = await service.exchange(`${head}\r\n\r\n${body}`);
  return Number(reply.split(' ', 2)[1]);
}

const csv = (updates: string, format = 'absolute'): string =>
  `write_api_key=${WRITE_KEY}&time_format=${format}&updates=${updates}`;

test('of a bulk with one bad time the others are stored, and that one is kept as rejected', async () => {
  const service = await useThingSpeak();
  const body = csv('2020-03-01T10:00:00Z,1|yesterday,2|2020-03-01T10:00:02Z,3');
  expect(await service.post(`/${CSV}`, body)).toEqual({ status: 202, text: '{"success":true}' });
  expect(await entryTimes(service)).toEqual(['2020-03-01T10:00:00.000Z', '2020-03-01T10:00:02.000Z']);
  expect(await service.values('outside', 'temperature')).toEqual([1, 3]);
  expect(await rejected(service)).toEqual([
    {
      topic: CSV,
      reason: 'time-not-understood',
      detail: 'update 2: "yesterday" is no time',
      payload: 'time_format=absolute&updates=yesterday%2C2',
    },
  ]);
  expect(service.service.counters()).toMatchObject({
    messages_rejected: 1,
    readings_written: 2,
    thingspeak_entries_stored: 2,
    thingspeak_refused_content: 1,
  });
});

test('of a bulk as JSON those that can not be stored are kept as they came', async () => {
  const service = await useThingSpeak();
  const bad = [
    { created_at: '1999-12-31T00:00:00Z', field1: 1 },
    { created_at: '2999-01-01T00:00:00Z', field1: 2 },
    { created_at: '2020-03-01T10:00:00Z', wavelength: 5 },
    { created_at: '2020-03-01T10:00:01Z', field1: 'x'.repeat(256) },
    'no object',
  ];
  const updates = [...bad, { created_at: '2020-03-01T10:00:02Z', field1: 3 }];
  const body = JSON.stringify({ write_api_key: WRITE_KEY, updates });
  expect((await service.post(`/${JSON_DOOR}`, body)).status).toBe(202);
  expect(await entryTimes(service)).toEqual(['2020-03-01T10:00:02.000Z']);
  const [kept] = await rejected(service);
  expect(kept).toMatchObject({ topic: JSON_DOOR, reason: 'time-too-early' });
  expect(kept!.detail).toMatch(/^update 1: .*; update 2: .*; update 3: .*; update 4: .*; update 5: /);
  expect(JSON.parse(kept!.payload)).toEqual({ updates: bad });
});

test('a bulk of which nothing can be stored is refused for the reason of its first update, and kept', async () => {
  const service = await useThingSpeak();
  const codeOf = async (body: string): Promise<readonly [number, string]> => {
    const { status, text } = await service.post(`/${CSV}`, body);
    return [status, JSON.parse(text).error.error_code];
  };
  expect(await codeOf(csv('yesterday,1|2020-03-01T10:00:00Z,'))).toEqual([400, 'error_bad_request']);
  expect(await codeOf(csv('0,1|soon,2', 'relative'))).toEqual([400, 'error_bad_request']);
  expect(await codeOf(csv('1,1', 'other'))).toEqual([400, 'error_bad_request']);
  expect(await statusOf(service, 'POST', `/${CSV}`, csv(''))).toBe(421);
  expect(await codeOf(csv('1517308000,1|'.repeat(14_401)))).toEqual([413, 'error_request_too_large']);
  expect(await entryTimes(service)).toEqual([]);
  const kept = await rejected(service);
  expect(kept.map(({ topic, reason }) => [topic, reason])).toEqual([
    [CSV, 'time-not-understood'],
    [CSV, 'time-not-understood'],
    [CSV, 'payload-not-understood'],
    [CSV, 'value-missing'],
    [CSV, 'too-many-readings'],
  ]);
  expect(kept[2]!.payload).toBe('write_api_key=&time_format=other&updates=1,1');
  expect(JSON.stringify(kept)).not.toContain(WRITE_KEY);
});

test('an update that conflicts with a stored one is refused, and kept', async () => {
  const service = await useThingSpeak();
  const update = (value: number): string =>
    `/update?api_key=${WRITE_KEY}&field1=${value}&created_at=2020-03-01T10:00:00Z`;
  expect((await service.get(update(21))).text).toBe('1');
  expect(await service.get(update(22))).toMatchObject({ status: 409, text: '0' });
  const bulk = csv('2020-03-01T10:00:00Z,23|2020-03-01T10:00:01Z,24|2020-03-01T10:00:01Z,25');
  expect((await service.post(`/${CSV}`, bulk)).status).toBe(202);
  expect(await service.values('outside', 'temperature')).toEqual([21, 24]);
  expect(await rejected(service)).toEqual([
    {
      topic: UPDATE,
      reason: 'entry-conflict',
      detail: expect.stringContaining('2020-03-01T10:00:00'),
      payload: 'field1=22&created_at=2020-03-01T10%3A00%3A00Z',
    },
    {
      topic: CSV,
      reason: 'entry-conflict',
      detail: expect.stringMatching(/^update 1: .*; update 3: /),
      payload: `time_format=absolute&updates=${encodeURIComponent('2020-03-01T10:00:00Z,23|2020-03-01T10:00:01Z,25')}`,
    },
  ]);
});

test('a single update that means nothing is kept, without the key in whatever way it is shown', async () => {
  const service = await useThingSpeak();
  const key = { 'X-THINGSPEAKAPIKEY': WRITE_KEY };
  expect(await statusOf(service, 'GET', `/update?key=${WRITE_KEY}&field121.06`)).toBe(421);
  expect((await service.get(`/update?apikey=${WRITE_KEY}&field1=a%00b`)).status).toBe(422);
  expect((await service.post('/update', '{"field1":21.5', key)).status).toBe(400);
  expect((await service.post('/update', `{"api_key":"${WRITE_KEY}","field1":21.5`, key)).status).toBe(400);
  expect(await statusOf(service, 'GET', `/update/API_key=${WRITE_KEY}/mac=6c/field=9/data=7`)).toBe(421);
  const kept = await rejected(service);
  expect(kept.map(({ topic, reason, payload }) => [topic, reason, payload])).toEqual([
    [UPDATE, 'value-missing', 'field121.06='],
    [UPDATE, 'payload-not-understood', 'field1=a%00b'],
    [UPDATE, 'payload-not-understood', '{"field1":21.5'],
    [UPDATE, 'payload-not-understood', '{"api_key":"","field1":21.5'],
    [UPDATE, 'value-missing', 'field9=7'],
  ]);
});

test('a body that is not UTF-8 is kept byte for byte, but for the key', async () => {
  const service = await useThingSpeak();
  const body = Buffer.concat([Buffer.from(`api_key=${WRITE_KEY}&field1=`), Buffer.from([0xff, 0xfe, 0x41])]);
  const response = await fetch(`${service.url}/update`, { method: 'POST', body });
  expect([response.status, await response.text()]).toEqual([422, '0']);
  const { rows } = await service.database.pool.query('SELECT payload, reason FROM rejected_messages');
  const payload = Buffer.concat([Buffer.from('api_key=&field1='), Buffer.from([0xff, 0xfe, 0x41])]);
  expect(rows).toEqual([{ payload, reason: 'payload-not-utf8' }]);
});

test('whoever shows no right key leaves nothing behind', async () => {
  const service = await useThingSpeak();
  expect((await service.get('/update?api_key=wrong&field121.06')).status).toBe(401);
  expect((await service.post('/update', '{"api_key":')).status).toBe(400);
  expect((await service.post('/channels/7/bulk_update.csv', csv('yesterday,1'))).status).toBe(401);
  expect(await rejected(service)).toEqual([]);
});

test('while the database is away nothing can be kept, and a refusal is told as what may pass', async () => {
  const service = await useThingSpeak();
  await service.database.pool.query('ALTER TABLE rejected_messages RENAME TO aside');
  expect(await service.get(`/update?api_key=${WRITE_KEY}&field121.06`)).toMatchObject({
    status: 503,
    text: '0',
  });
});
