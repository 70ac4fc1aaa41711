import { expect, test } from 'vitest';
import { CHANNEL, readAsArduino, useThingSpeak, WRITE_KEY } from '../../support/thingspeak.ts';

const ARDUINO_HEAD = [
  'Host: api.thingspeak.com',
  'User-Agent: tslib-arduino/2.1.1 (arduino uno)',
  `X-THINGSPEAKAPIKEY: ${WRITE_KEY}`,
  'Content-Type: application/x-www-form-urlencoded',
];

function arduinoPost(body: string): string {
  const head = ['POST /update HTTP/1.1', ...ARDUINO_HEAD, `Content-Length: ${body.length}`];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

test("the Arduino library's post is stored, and its parser finds the entry's number", async () => {
  const { exchange, values } = await useThingSpeak();
  const first = await exchange(arduinoPost('field1=23.50000&field2=19.25000&headers=false'));
  expect(readAsArduino(first)).toEqual({ status: 200, body: '1' });
  expect(first).not.toMatch(/chunked|x-frame|policy/i);
  expect(readAsArduino(await exchange(arduinoPost('field1=23.60000&headers=false')))).toEqual({
    status: 200,
    body: '2',
  });
  expect(await values('outside', 'temperature')).toEqual([23.5, 23.6]);
  expect(await values('inside', 'temperature')).toEqual([19.25]);
});

test('what the Arduino library does not escape arrives as it was meant', async () => {
  const { exchange, database } = await useThingSpeak();
  const body =
    'field1=1.00000&lat=45.5&long=-122.5&elevation=30&status=wind from N&created_at=2020-03-01T10:00:00+01:00&headers=false';
  expect(readAsArduino(await exchange(arduinoPost(body)))).toEqual({ status: 200, body: '1' });
  const { rows } = await database.pool.query(
    'SELECT fields, status, latitude, longitude, elevation, created_at, has_own_time FROM channel_entries',
  );
  expect(rows).toEqual([
    {
      fields: { '1': '1.00000' },
      status: 'wind from N',
      latitude: '45.5',
      longitude: '-122.5',
      elevation: '30',
      created_at: new Date('2020-03-01T09:00:00Z'),
      has_own_time: true,
    },
  ]);
});

test.each([
  ['AT firmware without a version and a host', `GET /update?api_key=${WRITE_KEY}&field1=7\r\n\r\n`],
  ['AT firmware with the old names', `GET /update?key=${WRITE_KEY}&1=7 HTTP/1.0\r\n\r\n`],
  ['a board that sends no Host', `GET /update?api_key=${WRITE_KEY}&field1=7 HTTP/1.1\r\n\r\n`],
  [
    'an absolute address',
    `GET http://api.thingspeak.com/update?api_key=${WRITE_KEY}&field1=7 HTTP/1.0\r\n\r\n`,
  ],
  [
    'a form in the body of a GET',
    `GET /update HTTP/1.1\r\nX-THINGSPEAKAPIKEY: ${WRITE_KEY}\r\nContent-Length: 8\r\n\r\nfield1=7`,
  ],
  ['MicroPython', `GET /update?api_key=${WRITE_KEY}&field1=7 HTTP/1.0\r\nHost: api.thingspeak.com\r\n\r\n`],
  [
    "the first boards' addresses",
    `GET //update/API_key=${WRITE_KEY}/mac=6c:rf:7f:2b:0e:g8/field=1/data=7 HTTP/1.0\r\nHost: freetemp.org\r\n\r\n`,
  ],
])('%s is understood', async (_name, bytes) => {
  const { exchange, values } = await useThingSpeak();
  const reply = await exchange(bytes);
  expect(reply).toMatch(/\r\n\r\n1$/);
  expect(readAsArduino(reply)).toEqual({ status: 200, body: '1' });
  expect(await values('outside', 'temperature')).toEqual([7]);
});

test.each([
  [
    'a length that is too short',
    `POST /update?api_key=${WRITE_KEY}&field1=7 HTTP/1.1\r\nContent-Length: 2\r\n\r\nabc`,
  ],
  ['bytes behind its request', `GET /update?api_key=${WRITE_KEY}&field1=7 HTTP/1.1\r\n\r\nmore`],
  ['a line end behind a form', `${arduinoPost('field1=7')}\r\n`],
])('a board with %s is told what became of its request', async (_name, bytes) => {
  const { exchange, values } = await useThingSpeak();
  expect(readAsArduino(await exchange(bytes))).toEqual({ status: 200, body: '1' });
  expect(await values('outside', 'temperature')).toEqual([7]);
});

test('a value of 255 bytes is taken, and one of 256 refused, for thousands are read back at once', async () => {
  const { exchange } = await useThingSpeak();
  const value = 'x'.repeat(255);
  expect(readAsArduino(await exchange(arduinoPost(`field3=${value}`)))).toEqual({ status: 200, body: '1' });
  expect(readAsArduino(await exchange(arduinoPost(`field3=${value}x`)))).toEqual({ status: 413, body: '0' });
  expect(readAsArduino(await exchange(arduinoPost(`status=${value}x`)))).toEqual({ status: 413, body: '0' });
});

test('with a wrong key there is a 0 and no station', async () => {
  const { exchange, get, database } = await useThingSpeak();
  const wrong = await exchange(arduinoPost('field1=1').replace(WRITE_KEY, 'WRONGWRONGWRONG0'));
  expect(readAsArduino(wrong)).toEqual({ status: 401, body: '0' });
  expect((await get('/update?field1=1')).text).toBe('0');
  expect(JSON.parse((await get('/update.json?api_key=wrong&field1=1')).text)).toMatchObject({
    status: '401',
    error: { error_code: 'error_auth_required' },
  });
  const counted = 'SELECT (SELECT count(*) FROM stations) + (SELECT count(*) FROM channel_entries) AS found';
  expect((await database.pool.query(counted)).rows).toEqual([{ found: '0' }]);
});

test('only routes for boards take a request of HTTP/1.1 without a host', async () => {
  const { exchange } = await useThingSpeak();
  expect(await exchange('GET /api/stations HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
  expect(await exchange('GET /api/stations HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 200 /);
  const foreign = `POST /update HTTP/1.1\r\nOrigin: http://elsewhere.example\r\nContent-Length: 0\r\n\r\n`;
  expect(await exchange(foreign)).toMatch(/^HTTP\/1.1 403 /);
});

test('a field whose "=" was forgotten is told to the owner, once and without the key', async () => {
  const { get, logged } = await useThingSpeak();
  for (let round = 0; round < 3; round += 1) {
    const { status, text } = await get(`/update?api_key=${WRITE_KEY}&field121.06`);
    expect({ status, text }).toEqual({ status: 421, text: '0' });
  }
  const told = logged.filter(({ msg }) => msg.includes('without "="'));
  expect(told).toEqual([expect.objectContaining({ channel: CHANNEL, parameter: '"field121.06"' })]);
  expect(JSON.stringify(logged)).not.toContain(WRITE_KEY);
});
