import { hashSecret } from '../../../src/access/credential.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startService, type Service } from '../../../src/service.ts';
import { readConfig } from '../../../src/config.ts';
import { addChannel } from '../../../src/storage/channels-query.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { CHANNEL, READ_KEY, testChannel, WRITE_KEY } from '../../support/thingspeak.ts';
import { silentLog } from '../../support/web-parts.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let database: TestDatabase;
let service: Service;
let folder: string;

// One service for all of them: reading changes nothing.
beforeAll(async () => {
  database = await createTestDatabase();
  const dates = { createdAt: '2020-01-01T00:00:00Z', updatedAt: '2020-01-02T00:00:00Z' };
  await addChannel(database.pool, testChannel());
  await addChannel(database.pool, testChannel({ id: 7, isPublic: false, writeKeyHash: hashSecret('w7') }));
  await addChannel(database.pool, testChannel({ id: 8, writeKeyHash: hashSecret('w8') }));
  await database.pool.query('UPDATE channels SET created_at = $1, updated_at = $2', [
    dates.createdAt,
    dates.updatedAt,
  ]);
  folder = await mkdtemp(join(tmpdir(), 'thermograph-'));
  const env = { DATABASE_URL: database.url, HTTP_PORT: '0', MQTT_PORT: '0', DATA_DIR: folder };
  service = await startService({ config: readConfig(env), version: '0.0.0', log: silentLog });
  const updates = [
    { created_at: '2020-03-01T10:01:00Z', field1: '10', field2: '1.25' },
    {
      created_at: '2020-03-01T10:05:00Z',
      field1: '14.56',
      latitude: '45.5',
      longitude: '-122',
      elevation: '9',
    },
    { created_at: '2020-03-01T10:09:00Z', field1: '11', field2: 'open', status: 'a "b", c' },
    { created_at: '2020-03-01T10:31:00Z', field2: '3' },
  ];
  for (const [id, key] of [
    [CHANNEL, WRITE_KEY],
    [7, 'w7'],
  ] as const) {
    const body = JSON.stringify({ write_api_key: key, updates });
    const { status } = await ask(`/channels/${id}/bulk_update.json`, { method: 'POST', body });
    if (status !== 202) throw new Error(`the updates were answered with ${status}`);
  }
});

afterAll(async () => {
  await service.close();
  await database.drop();
  await rm(folder, { recursive: true });
});

async function ask(
  path: string,
  init?: RequestInit,
): Promise<{ status: number; text: string; headers: Headers }> {
  const response = await fetch(`http://127.0.0.1:${service.http.port}${path}`, init);
  return { status: response.status, text: await response.text(), headers: response.headers };
}

const text = async (rest: string): Promise<string> => (await ask(`/channels/${CHANNEL}/${rest}`)).text;

async function feeds(rest: string): Promise<unknown> {
  const { status, text: body } = await ask(`/channels/${CHANNEL}/${rest}`);
  expect([status, body]).toEqual([200, expect.any(String)]);
  return JSON.parse(body).feeds;
}

const field1 = async (query: string): Promise<unknown> =>
  ((await feeds(`fields/1.json?${query}`)) as { field1: string | null }[]).map((feed) => feed.field1);

const ALL = 'start=2020-03-01&end=2020-03-02';

describe('the forms', () => {
  test('feeds are compact JSON: the channel, then entries from old to new, values as texts', async () => {
    const channel =
      `{"id":${CHANNEL},"name":"Freetemp","description":"Two boards","latitude":"45.5","longitude":"-122.5",` +
      `"field1":"Outside","field2":"Inside","created_at":"2020-01-01T00:00:00Z","updated_at":"2020-01-02T00:00:00Z","last_entry_id":4}`;
    const last = [
      '{"created_at":"2020-03-01T10:09:00Z","entry_id":3,"field1":"11","field2":"open"}',
      '{"created_at":"2020-03-01T10:31:00Z","entry_id":4,"field1":null,"field2":"3"}',
    ];
    const expected = `{"channel":${channel},"feeds":[${last.join(',')}]}`;
    for (const address of ['feeds.json', 'feeds', 'feed.json', 'feed']) {
      expect(await text(`${address}?results=2`)).toBe(expected);
    }
  });

  test('feeds as CSV', async () => {
    expect(await text('feeds.csv?results=2&status=true')).toBe(
      'created_at,entry_id,field1,field2,status\n2020-03-01 10:09:00 UTC,3,11,open,"a ""b"", c"\n2020-03-01 10:31:00 UTC,4,,3,\n',
    );
    expect(await text('fields/1.csv?results=1&timezone=America/New_York')).toBe(
      'created_at,entry_id,field1\n2020-03-01T05:31:00-05:00,4,\n',
    );
  });

  test('feeds as XML', async () => {
    const xml = await text('feeds.xml?results=1');
    expect(xml).toContain('<id type="integer">254616</id>');
    expect(xml).toContain(
      '    <feed>\n      <created-at type="dateTime">2020-03-01T10:31:00Z</created-at>\n      <entry-id type="integer">4</entry-id>\n' +
        '      <field1 nil="true"/>\n      <field2>3</field2>\n    </feed>\n',
    );
  });

  test('the last of a field is its last value and nothing else, wherever it stands', async () => {
    for (const address of ['fields/1/last', 'fields/1/last.txt', 'field/1/last'])
      expect(await text(address)).toBe('11');
    expect(await text('fields/1/last.json')).toBe(
      '{"created_at":"2020-03-01T10:09:00Z","entry_id":3,"field1":"11"}',
    );
    expect(await text('fields/1/last.csv')).toBe(
      'created_at,entry_id,field1\n2020-03-01 10:09:00 UTC,3,11\n',
    );
    expect(await text('fields/1/last.xml')).toContain('<field1>11</field1>');
  });

  test('the last of all fields is JSON unless another form is asked for', async () => {
    const last = '{"created_at":"2020-03-01T10:31:00Z","entry_id":4,"field1":null,"field2":"3"}';
    for (const address of ['feeds/last', 'feeds/last.txt', 'feeds/last.json'])
      expect(await text(address)).toBe(last);
    expect(await text('feeds/last.txt?status=true&location=true')).toBe(
      last.replace('}', ',"latitude":null,"longitude":null,"elevation":null,"status":null}'),
    );
  });

  test('one entry, and what boards said of themselves', async () => {
    const second = '{"created_at":"2020-03-01T10:05:00Z","entry_id":2,"field1":"14.56","field2":null}';
    for (const address of ['feeds/2', 'feeds/entry/2.json']) expect(await text(address)).toBe(second);
    expect(await feeds('status.json?results=2')).toEqual([
      { created_at: '2020-03-01T10:09:00Z', entry_id: 3, status: 'a "b", c' },
      { created_at: '2020-03-01T10:31:00Z', entry_id: 4, status: null },
    ]);
  });
});

describe('the parameters', () => {
  test.each([
    ['results=1', [null]],
    ['results=3', ['14.56', '11', null]],
    ['results=9000', ['10', '14.56', '11', null]],
    ['results=0', []],
    ['', ['10', '14.56', '11', null]],
    ['days=1', []],
    ['minutes=5', []],
    ['days=1&results=1', [null]],
    ['start=2020-03-01%2010:05:00', ['14.56', '11', null]],
    ['end=2020-03-01%2010:05:00', ['10', '14.56']],
    ['start=2020-03-01T10:02:00Z&end=2020-03-01T10:10:00Z&results=1', ['11']],
    ['start=2020-03-01%2005:05:00&timezone=America/New_York', ['14.56', '11', null]],
    ['round=1', ['10.0', '14.6', '11.0', null]],
    ['round=0', ['10', '15', '11', null]],
    ['min=11', [null, '14.56', '11', null]],
    ['max=11', ['10', null, '11', null]],
    ['min=10.5&max=12', [null, null, '11', null]],
    [`${ALL}&timescale=10`, ['10', null, null, null]],
    [`${ALL}&sum=10`, ['35.56', null, null, null]],
    [`${ALL}&average=10&round=2`, ['11.85', null, null, null]],
    [`${ALL}&median=10`, ['11', null, null, null]],
    [`${ALL}&median=10&max=12`, ['10.5', null, null, null]],
    [`${ALL}&sum=60`, ['35.56']],
    [`${ALL}&sum=daily`, ['35.56']],
    ['results=2&sum=60', ['11']],
    ['sum=60', []],
  ])('?%s', async (query, expected) => {
    expect(await field1(query)).toEqual(expected);
  });

  test('days=3650 reaches back to the year 2020 for some years to come', async () => {
    expect(await field1('days=3650')).toHaveLength(4);
    expect(await field1('minutes=5256000')).toHaveLength(4);
  });

  test('buckets begin at multiples of their length, carry no entry_id, and are null where there is nothing', async () => {
    expect(await feeds(`feeds.json?${ALL}&average=15`)).toEqual([
      { created_at: '2020-03-01T10:00:00Z', field1: '11.8533333333', field2: '1.25' },
      { created_at: '2020-03-01T10:15:00Z', field1: null, field2: null },
      { created_at: '2020-03-01T10:30:00Z', field1: null, field2: '3' },
    ]);
    expect(await text(`fields/2.csv?${ALL}&average=60`)).toBe(
      'created_at,field2\n2020-03-01 10:00:00 UTC,2.125\n',
    );
  });

  test('days are those of the time zone', async () => {
    expect(await feeds(`fields/1.json?${ALL}&sum=daily&timezone=Asia/Tokyo`)).toEqual([
      { created_at: '2020-03-01T00:00:00+09:00', field1: '35.56' },
    ]);
  });

  test('times are written as timezone and offset ask for', async () => {
    const created = async (query: string): Promise<string> =>
      JSON.parse(await text(`feeds/last.json?${query}`)).created_at;
    expect(await created('timezone=America/New_York')).toBe('2020-03-01T05:31:00-05:00');
    expect(await created('timezone=Asia/Kolkata')).toBe('2020-03-01T16:01:00+05:30');
    expect(await created('offset=-8')).toBe('2020-03-01T02:31:00-08:00');
    expect(await created('timezone=Etc/UTC')).toBe('2020-03-01T10:31:00Z');
  });

  test('location, status and metadata are there when they are asked for', async () => {
    const { channel, feeds: shown } = JSON.parse(
      await text('feeds.json?results=3&location=true&status=true&metadata=true'),
    );
    expect(channel).toHaveProperty('metadata', null);
    expect(shown[0]).toMatchObject({ latitude: '45.5', longitude: '-122', elevation: '9', status: null });
    expect(shown[1]).toMatchObject({ latitude: null, status: 'a "b", c' });
  });

  test('a callback makes it a script, whose name can be nothing else than a name', async () => {
    const { text: script, headers } = await ask(`/channels/${CHANNEL}/fields/1/last.json?callback=show.it`);
    expect(script).toBe('show.it({"created_at":"2020-03-01T10:09:00Z","entry_id":3,"field1":"11"})');
    expect(headers.get('content-type')).toBe('application/javascript; charset=utf-8');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    for (const name of ['alert(1)//', '', 'a.', '<b>', 'a'.repeat(101), `${'a'.repeat(101)}(`]) {
      const path = `/channels/${CHANNEL}/feeds.json?callback=${encodeURIComponent(name)}`;
      expect((await ask(path)).status).toBe(400);
    }
  });

  test.each([
    'results=x',
    'days=-1',
    'start=soon',
    'timezone=Mars/Base',
    'offset=99',
    'round=x',
    'min=',
    'sum=11',
    'sum=10&average=10',
  ])('?%s is refused by name', async (query) => {
    const { status, text: body } = await ask(`/channels/${CHANNEL}/feeds.json?${query}`);
    expect(status).toBe(400);
    const { error } = JSON.parse(body);
    expect(error.error_code).toBe('error_bad_request');
    expect(error.details).toContain(query.split(/[=&]/, 1)[0]);
  });
});

describe('who may read', () => {
  test('a private channel wants its read key, or the write key', async () => {
    for (const address of ['feeds.json', 'fields/1/last.txt', 'feeds.csv']) {
      const { status, text: body } = await ask(`/channels/7/${address}`);
      expect([status, body]).toEqual([401, '-1']);
      expect((await ask(`/channels/7/${address}?api_key=wrong`)).text).toBe('-1');
    }
    expect((await ask(`/channels/7/fields/1/last.txt?api_key=${READ_KEY}`)).text).toBe('11');
    expect(
      (await ask('/channels/7/fields/1/last.txt', { headers: { 'X-THINGSPEAKAPIKEY': 'w7' } })).text,
    ).toBe('11');
  });

  test('scripts of other pages may read what anybody may, and nothing else', async () => {
    const open = await ask(`/channels/${CHANNEL}/feeds.json`);
    expect(open.headers.get('access-control-allow-origin')).toBe('*');
    const closed = await ask(`/channels/7/feeds.json?api_key=${READ_KEY}`);
    expect(closed.status).toBe(200);
    expect(closed.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('where there is no channel, entry or address, it says so', async () => {
    for (const path of [
      '999/feeds.json',
      `${CHANNEL}/nothing.json`,
      `${CHANNEL}/fields/9.json`,
      'x/feeds.json',
    ]) {
      const { status, text: body } = await ask(`/channels/${path}`);
      expect([status, JSON.parse(body).error.error_code]).toEqual([404, 'error_resource_not_found']);
    }
    const empty = await ask('/channels/8/fields/1/last.txt');
    expect([empty.status, empty.text]).toEqual([404, '-1']);
  });
});
