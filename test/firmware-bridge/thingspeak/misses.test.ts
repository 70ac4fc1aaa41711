import { once } from 'node:events';
import { connect } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import {
  CHANNEL,
  readAsArduino,
  type TestThingSpeak,
  useThingSpeak,
  WRITE_KEY,
} from '../../support/thingspeak.ts';

const LONG = 'x'.repeat(1025);

function get(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: api.thingspeak.com\r\n\r\n`;
}

function send(method: string, path: string, body = 'field1=1', length = body.length): string {
  const head = [`${method} ${path} HTTP/1.1`, 'Host: api.thingspeak.com', `X-THINGSPEAKAPIKEY: ${WRITE_KEY}`];
  return `${head.join('\r\n')}\r\nContent-Length: ${length}\r\n\r\n${body}`;
}

const MISSES: readonly (readonly [name: string, bytes: string, status: number, body: string])[] = [
  ['an address that is none', get('/update/nothing'), 404, '0'],
  ['an address that is none, in JSON', get('/update/nothing.json'), 404, 'error_resource_not_found'],
  ['a channel without anything', get(`/channels/${CHANNEL}`), 404, '-1'],
  ['all channels', get('/channels.json'), 404, 'error_resource_not_found'],
  ['a malformed address', get('/update/%zz'), 400, '0'],
  ['a malformed address of a channel', get('/channels/%zz/feeds.json'), 400, 'error_bad_request'],
  ['a parameter that is too long', get(`/update/API_key=${LONG}/mac=1/field=1/data=1`), 414, '0'],
  ['a body that is too large', send('POST', '/update', 'field1=1', 10_000_000), 413, '0'],
  ['a body of a GET that is too large', send('GET', '/update', 'field1=1', 10_000_000), 413, '0'],
  ['another method', send('PUT', '/update'), 405, '0'],
  ['another method, in XML', send('DELETE', '/update.xml', ''), 405, '<error_code>error_method_invalid'],
  [
    'a post to the first boards address',
    send('POST', '/update/API_key=k/mac=m/field=1/data=2', ''),
    405,
    '0',
  ],
  ['a post where is only read', send('POST', `/channels/${CHANNEL}/feeds.json`), 405, 'error_method_invalid'],
  ['clearing a channel', send('DELETE', `/channels/${CHANNEL}/feeds`, ''), 405, '-1'],
  [
    'reading where is only written',
    get(`/channels/${CHANNEL}/bulk_update.json`),
    405,
    'error_method_invalid',
  ],
  ['what is no HTTP', `GET /update?api_key=${WRITE_KEY}&status=wind from N HTTP/1.1\r\n\r\n`, 400, '0'],
  [
    'what is no HTTP, of a channel',
    `GET /channels/${CHANNEL}/feeds?start=2020-01-01 00:00 HTTP/1.1\r\n\r\n`,
    400,
    '-1',
  ],
];

test("whatever is wrong below ThingSpeak's addresses is answered so that a board's parser is content", async () => {
  const { exchange } = await useThingSpeak();
  for (const [name, bytes, status, body] of MISSES) {
    const reply = await exchange(bytes);
    const answered = { name, ...readAsArduino(reply) };
    const expected = /^-?\d$/.test(body) ? body : expect.stringContaining(body);
    expect(answered).toEqual({ name, status, body: expected });
    expect(reply).not.toMatch(/chunked|<html|set-cookie|content-security|"error":\{"code"/i);
  }
});

test('HEAD is not taken for an update, and has the head of an answer only', async () => {
  const service: TestThingSpeak = await useThingSpeak();
  const reply = await service.exchange(`HEAD /update?api_key=${WRITE_KEY}&field1=1 HTTP/1.0\r\n\r\n`);
  expect(reply).toMatch(/^HTTP\/1\.1 405 [^]*\r\n\r\n$/);
  expect((await service.database.pool.query('SELECT FROM channel_entries')).rowCount).toBe(0);
});

test('a body that is too large is counted, and its connection closed', async () => {
  const { exchange, service } = await useThingSpeak();
  const reply = await exchange(send('POST', '/update', 'field1=1', 10_000_000));
  expect(reply).toMatch(/^Connection: close\r$/m);
  expect(service.counters()).toMatchObject({ http_requests_too_large: 1 });
});

test('a board that reads when it has sent all has its answer, however large that was', async () => {
  const { port } = await useThingSpeak();
  const bulk = send('POST', `/channels/${CHANNEL}/bulk_update.csv`, 'x'.repeat(10_000_000));
  for (let round = 0; round < 5; round += 1) {
    const { status, body } = readAsArduino(await sendThenRead(port, bulk));
    expect([status, JSON.parse(body).error.error_code]).toEqual([413, 'error_request_too_large']);
  }
});

async function sendThenRead(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').pause();
  const sent = once(socket, 'drain');
  socket.write(bytes, 'latin1');
  await sent;
  return readText(socket);
}

test('all other addresses are answered as ever', async () => {
  const { exchange } = await useThingSpeak();
  expect(await exchange(get('/updates'))).toMatch(/text\/html/);
  expect(await exchange(get('/api/update'))).toMatch(/"code":"not-found"/);
  expect(await exchange('GET /a b HTTP/1.1\r\n\r\n')).toMatch(/"code":"request-invalid"/);
});
