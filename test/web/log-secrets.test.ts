import { Writable } from 'node:stream';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { logOptions } from '../../src/log.ts';
import { poll } from '../support/poll.ts';
import { logIn, useWeb } from '../support/web.ts';

/** A log of everything, in memory. */
function createTestLog() {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  return { log: pino(logOptions('trace'), stream), lines };
}

test('what is logged of requests, refused and failed ones too, holds no secret', async () => {
  const { log, lines } = createTestLog();
  const web = await useWeb({ isPrivate: true }, { log });
  const right = web.credentials.add('admin', 'owner');
  const cookie = await logIn(web, right);
  const wrong = 'aVeryWrongSecret012345';
  web.onSubmit(() => Promise.reject(new Error(`what nobody foresaw at /update?api_key=${wrong}`)));
  for (const secret of [right, wrong]) {
    const headers = { authorization: `Bearer ${secret}`, cookie };
    for (const name of ['api_key', 'key', 'token', 'secret', 'password', 'API_KEY']) {
      await web.ask(`/api/stations?x=1&${name}=${secret}&y=2`, { headers });
      await web.ask(`/nothing?${name}=${secret}`, { headers });
    }
    await web.ask(`/api/stations/outside/readings?key=${secret}`, { method: 'POST', body: '1', headers });
    await web.ask('/login', { method: 'POST', body: new URLSearchParams({ secret }), redirect: 'manual' });
  }
  await web.ask('/api/stations/outside/readings', {
    method: 'POST',
    body: '1',
    headers: { authorization: `Bearer ${right}` },
  });
  await poll(() => lines.some((line) => line.includes('a request failed')));
  const text = lines.join('');
  expect(text).toContain('"path":"/api/stations"');
  expect(text).not.toContain('x=1');
  for (const secret of [right, wrong, cookie.split('=')[1]!]) expect(text).not.toContain(secret);
});

test('headers that are logged on purpose hold no secret', () => {
  const { log, lines } = createTestLog();
  const headers = {
    authorization: 'Bearer hush',
    cookie: 'a=hush',
    'set-cookie': 'a=hush',
    accept: 'text/html',
  };
  log.info({ headers });
  log.info(headers);
  log.child({ reqId: 1 }).info({ req: { headers } });
  log.info({ headers: { 'x-thingspeakapikey': 'hush', thingspeakapikey: 'hush' } });
  log.info({ url: '//update/API_key=hush/mac=6c:rf/field=1/data=72.3' });
  log.info({ url: '/x?apikey=hush&write_api_key=hush' });
  log.info({ url: String.raw`/x?token="hu\sh"&a=1` });
  log.error({ err: new Error('GET /x?password=hush failed') }, 'Authorization: Bearer hush');
  expect(lines.join('')).not.toMatch(/hu\\*sh/);
  expect(lines.join('').match(/text\/html/g)).toHaveLength(3);
});
