import { connect } from 'node:net';
import { fastify } from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { answerErrors } from '../../src/web/error-handler.ts';
import { readLocales } from '../../src/web/locales.ts';
import { createFrames } from '../../src/web/pages/frame.ts';
import { createLiveHub, LIVE_HUB_DEFAULTS } from '../../src/web/live-hub.ts';
import { liveRoutes } from '../../src/web/live-routes.ts';
import { openEventStream } from '../support/event-stream.ts';
import { poll } from '../support/poll.ts';
import { startWeb, useWeb } from '../support/web.ts';
import { createWebParts } from '../support/web-parts.ts';

interface LiveReading {
  readonly station: string;
  readonly metric: string;
  readonly value: number;
}

test('the stream says at once that it is there, and what time it is', async () => {
  const web = await useWeb();
  const stream = await openEventStream(`${web.url}/api/live`);
  expect(stream.status).toBe(200);
  expect(stream.headers['content-type']).toBe('text/event-stream');
  await poll(() => stream.events('ping').length === 1);
  expect(stream.text()).toMatch(/^retry: 2000\n/);
  expect(stream.events('ping')).toStrictEqual([
    { time: expect.stringMatching(/^\d{4}-.*Z$/), build: expect.stringMatching(/^[\da-f]{12}$/) },
  ]);
});

test('a committed reading that is the newest comes as an event', async () => {
  const web = await useWeb();
  const stream = await openEventStream(`${web.url}/api/live`);
  web.commit({ station: 'outside', metric: 'temperature', value: 21.5 });
  const [batch] = await poll(() => stream.events('reading').length > 0 && stream.events('reading'));
  expect(batch).toStrictEqual([
    {
      station: 'outside',
      metric: 'temperature',
      value: 21.5,
      unit: '°C',
      measuredAt: expect.stringMatching(/Z$/),
    },
  ]);
});

test('of a burst on one series only the newest reading is sent', async () => {
  const web = await useWeb();
  const stream = await openEventStream(`${web.url}/api/live`);
  for (let i = 0; i <= 5000; i += 1) web.commit({ station: 'outside', metric: 'temperature', value: i });
  const batches = await poll(() => stream.events('reading').length > 0 && stream.events('reading'));
  expect(batches).toHaveLength(1);
  expect(batches[0]).toMatchObject([{ value: 5000 }]);
});

test('a flood makes at most four writes a second, and its last reading arrives', async () => {
  const web = await useWeb();
  const stream = await openEventStream(`${web.url}/api/live`);
  const start = performance.now();
  let last = 0;
  await poll(() => {
    last += 1;
    web.commit({ station: 'outside', metric: 'temperature', value: last });
    return stream.events('reading').length >= 4;
  });
  const newest = (): number | undefined => (stream.events('reading').at(-1) as LiveReading[])[0]?.value;
  await poll(() => newest() === last);
  const seconds = (performance.now() - start) / 1000;
  expect(stream.events('reading').length).toBeLessThanOrEqual(seconds * 4 + 1);
});

test('a viewer of one station hears of no other', async () => {
  const web = await useWeb();
  const stream = await openEventStream(`${web.url}/api/live?station=outside`);
  web.commit({ station: 'inside', metric: 'temperature', value: 1 });
  web.setOnline('inside', true);
  web.commit({ station: 'outside', metric: 'temperature', value: 2 });
  web.setOnline('outside', true);
  await poll(() => stream.events('presence').length > 0);
  expect(stream.events('presence')).toStrictEqual([{ station: 'outside', online: true }]);
  expect(stream.events('reading').flat()).toMatchObject([{ station: 'outside', value: 2 }]);
});

test('units=imperial converts what is sent', async () => {
  const web = await useWeb();
  const stream = await openEventStream(`${web.url}/api/live?units=imperial`);
  web.commit({ station: 'outside', metric: 'temperature', value: 21.5 });
  await poll(() => stream.events('reading').length > 0);
  expect(stream.events('reading').flat()).toMatchObject([{ value: 70.7, unit: '°F' }]);
});

test('a station name that can not be one is a 400 that names station', async () => {
  const web = await useWeb();
  const { status, body } = await web.ask('/api/live?station=a/b');
  expect(status).toBe(400);
  expect(body.error.details[0].field).toBe('station');
});

test.each([
  ['too-many-viewers', 503, { maxViewers: 2 }],
  ['too-many-streams', 429, { maxViewersPerAddress: 2 }],
])('one stream too many is answered with %s, and counted', async (code, status, limits) => {
  const { parts } = createWebParts();
  const hub = createLiveHub(parts, { ...LIVE_HUB_DEFAULTS, ...limits });
  const app = fastify().register(liveRoutes(hub, () => true, parts.httpCounters));
  answerErrors(app, parts, createFrames(parts, readLocales('UTC'), 'x'));
  onTestFinished(() => app.close());
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const [first] = [await openEventStream(`${url}/api/live`), await openEventStream(`${url}/api/live`)];
  expect(parts.httpCounters.streams_refused).toBe(0);
  const refused = await fetch(`${url}/api/live`);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([status, '30']);
  expect(await refused.json()).toMatchObject({ error: { code } });
  expect(parts.httpCounters.streams_refused).toBe(1);
  first.destroy();
  await poll(async () => (await openEventStream(`${url}/api/live`)).status === 200);
});

test('behind a trusted proxy each client has its own number of streams', async () => {
  const web = await useWeb({ maxStreamsPerAddress: 1, trustProxy: ['loopback'] });
  const open = async (address: string): Promise<number> =>
    (await openEventStream(`${web.url}/api/live`, { 'x-forwarded-for': address })).status;
  expect(await open('203.0.113.1')).toBe(200);
  expect(await open('203.0.113.2')).toBe(200);
  expect(await open('203.0.113.1')).toBe(429);
});

test('closing ends the streams properly and does not wait for them, nor for idle or half-open requests', async () => {
  const web = await startWeb(createWebParts());
  const stream = await openEventStream(`${web.url}/api/live`);
  await web.ask('/api/stations');
  const half = connect(Number(new URL(web.url).port), '127.0.0.1');
  onTestFinished(() => {
    half.destroy();
  });
  half.on('error', () => {});
  half.write('POST /api/stations/outside/readings HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n1');
  await web.close();
  await poll(() => stream.ended());
});
