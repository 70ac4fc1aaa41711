import type { RouteOptions } from 'fastify';
import { expect, test } from 'vitest';
import { seedSeries } from '../../support/series.ts';
import { useTestDatabase } from '../../support/database.ts';
import { logIn, type TestWeb, useWeb } from '../../support/web.ts';

const pathsOf = (station: string): string[] => [
  `/stations/${station}`,
  `/stations/${station}/readings`,
  `/api/stations/${station}`,
  `/api/stations/${station}/readings`,
  `/api/stations/${station}/history`,
  `/api/history?series=${station}:temperature`,
  `/api/export?station=${station}`,
];
const OUTSIDE = pathsOf('outside');
const INSIDE = pathsOf('inside');
const EVERYTHING = [
  '/',
  '/status',
  '/api/stations',
  '/api/rejected',
  '/api/history?series=inside:temperature,outside:temperature',
  '/api/export',
];

async function usePrivate(): Promise<TestWeb> {
  const { pool } = await useTestDatabase();
  const web = await useWeb({ pool, isPrivate: true });
  for (const station of ['inside', 'outside']) {
    await seedSeries(pool, { station, metric: 'temperature', unit: '°C' }, []);
    web.commit({ station, metric: 'temperature', value: 21.5 });
  }
  return web;
}

const bearer = (secret: string): Record<string, string> => ({ authorization: `Bearer ${secret}` });

/** Which of the addresses may be read. */
async function readable(
  web: TestWeb,
  paths: readonly string[],
  headers: Record<string, string>,
): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const { status } = await web.ask(path, { headers, redirect: 'manual' });
    if (status === 200) found.push(path);
    else expect(status, `at ${path}`).toBe(403);
  }
  return found;
}

test('without a credential private pages lead to the login, and JSON is a 401', async () => {
  const web = await usePrivate();
  for (const path of [...EVERYTHING, ...OUTSIDE, '/api/live', '/api/live?station=outside']) {
    for (const method of path.startsWith('/api/live') ? ['GET'] : ['GET', 'HEAD']) {
      const { status, headers, text } = await web.ask(path, { method, redirect: 'manual' });
      if (path.startsWith('/api/')) {
        expect(status, `at ${path}`).toBe(401);
        expect(headers.get('www-authenticate')).toBe('Bearer realm="Thermograph"');
        if (method === 'GET') expect(JSON.parse(text).error.code).toBe('credentials-required');
      } else {
        expect(status, `at ${path}`).toBe(303);
        const to = path === '/' ? '' : `?to=${encodeURIComponent(path)}`;
        expect(headers.get('location')).toBe(`/login${to}`);
      }
      expect(text).not.toContain('21.5');
    }
  }
});

test.each(['Bearer', 'Cookie'])('each kind of credential reads what it is for: %s', async (way) => {
  const web = await usePrivate();
  const show = async (secret: string): Promise<Record<string, string>> =>
    way === 'Bearer' ? bearer(secret) : { cookie: await logIn(web, secret) };
  const all = [...EVERYTHING, ...OUTSIDE, ...INSIDE];
  const of = async (secret: string): Promise<string[]> => readable(web, all, await show(secret));
  expect(await of(web.credentials.add('admin', 'owner'))).toEqual(all);
  expect(await of(web.credentials.add('station', 'outside'))).toEqual(OUTSIDE);
  expect(await of(web.credentials.add('integrator', 'grafana', ['live/#']))).toEqual(all);
  expect(await of(web.credentials.add('integrator', 'garden', ['live/inside/#']))).toEqual(INSIDE);
  expect(await of(web.credentials.add('integrator', 'nothing', []))).toEqual([]);
});

test('what is wrong with the series is told to whoever may read all of them', async () => {
  const web = await usePrivate();
  const ask = (secret: string, query: string) =>
    web.ask(`/api/history?${query}`, { headers: bearer(secret) });
  const admin = web.credentials.add('admin', 'owner');
  const station = web.credentials.add('station', 'outside');
  for (const query of [
    '',
    'series=',
    'series=outside',
    'series=outside:temperature&series=inside:temperature',
  ]) {
    expect((await ask(admin, query)).status, `of ${query}`).toBe(400);
    expect((await ask(station, query)).status, `of ${query}`).toBe(403);
  }
});

test('that anybody may publish does not make private pages readable', async () => {
  const web = await useWeb({ isPrivate: true, allowAnonymous: true });
  expect((await web.ask('/api/stations')).status).toBe(401);
});

test('where reading is public, a right secret changes nothing, and a wrong one is a 401 all the same', async () => {
  const web = await useWeb();
  const secret = web.credentials.add('station', 'outside');
  expect((await web.ask('/api/stations')).status).toBe(200);
  expect((await web.ask('/api/stations', { headers: bearer(secret) })).status).toBe(200);
  for (const path of ['/', '/api/stations', '/health/ready']) {
    for (const authorization of ['Bearer wrong', 'bearer wrong', 'Bearer', `Bearer ${secret} x`]) {
      const { status } = await web.ask(path, { headers: { authorization } });
      expect(status, `${authorization} at ${path}`).toBe(401);
    }
  }
  const basic = { authorization: 'Basic bWU6eW91' };
  expect((await web.ask('/api/stations', { headers: basic })).status, 'of a proxy').toBe(200);
});

test('until the credentials are known, private pages are a 503 that says when to come again', async () => {
  const web = await usePrivate();
  const secret = web.credentials.add('admin', 'owner');
  const cookie = await logIn(web, secret);
  web.credentials.setKnown(false);
  for (const headers of [bearer(secret), { cookie }]) {
    const reply = await web.ask('/api/stations', { headers });
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([503, '5']);
  }
  expect((await web.ask('/api/stations')).status).toBe(401);
});

test('whether the service runs and is ready is told to anybody, and what is wrong to readers', async () => {
  const web = await usePrivate();
  expect((await web.ask('/health/live')).status).toBe(200);
  expect((await web.ask('/health/ready')).body).toStrictEqual({ status: 'ready' });
  const station = bearer(web.credentials.add('station', 'outside'));
  expect((await web.ask('/health/ready', { headers: station })).body).toStrictEqual({ status: 'ready' });
  const admin = bearer(web.credentials.add('admin', 'owner'));
  expect((await web.ask('/health/ready', { headers: admin })).body.checks.database.ok).toBe(true);
  web.credentials.setKnown(false);
  expect((await web.ask('/health/ready', { headers: admin })).body).toStrictEqual({ status: 'ready' });
});

test('every route says what it asks of a visitor, and few are open', async () => {
  const routes: RouteOptions[] = [];
  await useWeb({}, { onRoute: (route) => void routes.push(route) });
  expect(routes.length).toBeGreaterThan(15);
  const of = (access: string | undefined): string[] =>
    routes
      .filter(({ config }) => config?.access === access)
      .map(({ method, url }) => `${String(method)} ${url}`);
  expect(of(undefined)).toEqual([]);
  const open = of('open').filter((route) => !route.startsWith('HEAD /'));
  expect(open.toSorted()).toEqual([
    'GET /health/live',
    'GET /login',
    'GET /manifest.webmanifest',
    'GET /mqtt',
    'GET /service-worker.js',
    'HEAD,GET /assets/*',
    'POST /login',
    'POST /logout',
  ]);
});
