import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { useWeb } from '../support/web.ts';

test.each([
  ['/api/nothing', 404, 'not-found'],
  ['/api/nothing/at/all', 404, 'not-found'],
  ['/health', 404, 'not-found'],
  ['/api/stations/%zz', 400, 'url-malformed'],
  ['/api/stations/nowhere', 404, 'station-unknown'],
  ['/api/stations?units=kelvin', 400, 'parameter-invalid'],
  [`/api/stations/${'x'.repeat(2000)}`, 414, 'url-malformed'],
])('GET %.40s is answered in the shape of every error', async (path, status, code) => {
  const web = await useWeb();
  const reply = await web.ask(path);
  expect(reply.status).toBe(status);
  expect(reply.body).toStrictEqual({
    error: { code, message: expect.any(String), details: expect.any(Array) },
  });
  expect(reply.text).not.toMatch(/node_modules|\.ts:|at .*\(/);
});

test('what is not HTTP is answered in the same shape, and the connection closed', async () => {
  const web = await useWeb();
  const answer = await new Promise<string>((resolve, reject) => {
    let text = '';
    const socket = connect(Number(new URL(web.url).port), '127.0.0.1');
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
    socket.write('this is not HTTP\r\n\r\n');
  });
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)).error.code).toBe('request-invalid');
});

test('GET /api/stations gives every station, in the units asked for', async () => {
  const web = await useWeb();
  web.addStation('new', { title: 'Brand new' });
  web.commit({ station: 'outside', metric: 'humidity', value: 48 });
  web.commit({ station: 'outside', metric: 'temperature', value: 21.5 });
  web.setOnline('outside', true);
  const { body } = await web.ask('/api/stations?units=imperial');
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  expect(body).toStrictEqual({
    stations: [
      { station: 'new', title: 'Brand new', online: false, lastSeenAt: null, latest: [] },
      {
        station: 'outside',
        title: 'outside',
        online: true,
        lastSeenAt: time,
        latest: [
          { metric: 'temperature', value: 70.7, unit: '°F', measuredAt: time },
          { metric: 'humidity', value: 48, unit: '%', measuredAt: time },
        ],
      },
    ],
  });
  const one = await web.ask('/api/stations/outside');
  expect(one.body.latest[0]).toMatchObject({ value: 21.5, unit: '°C' });
});
