import { fastifyCookie } from '@fastify/cookie';
import { fastify } from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { ANONYMOUS } from '../../../src/access/permissions.ts';
import { guard, mayRead } from '../../../src/web/access/guard.ts';
import { createVisitors } from '../../../src/web/access/visitors.ts';
import { createWebParts } from '../../support/web-parts.ts';

async function useGuarded(isPrivate: boolean) {
  const { parts, credentials } = createWebParts({ isPrivate });
  const app = fastify();
  onTestFinished(() => app.close());
  await app.register(fastifyCookie);
  guard(app, parts, createVisitors(parts));
  app.get('/api/silent', () => 'read');
  app.post('/api/change', { config: { access: 'admin' } }, () => 'changed');
  const ask = async (method: 'GET' | 'POST', url: string, secret?: string): Promise<number> => {
    const headers = secret === undefined ? {} : { authorization: `Bearer ${secret}` };
    return (await app.inject({ method, url, headers })).statusCode;
  };
  return { ask, credentials };
}

test('a route that does not say what it asks is closed to everybody while pages are private', async () => {
  const closed = await useGuarded(true);
  expect(await closed.ask('GET', '/api/silent')).not.toBe(200);
  expect(await closed.ask('GET', '/api/silent', closed.credentials.add('admin', 'owner'))).not.toBe(200);
  expect(await (await useGuarded(false)).ask('GET', '/api/silent')).toBe(200);
});

test.each([true, false])(
  'things are changed by admins alone, also where reading is public: %s',
  async (isPrivate) => {
    const { ask, credentials } = await useGuarded(isPrivate);
    expect(await ask('POST', '/api/change', credentials.add('admin', 'owner'))).toBe(200);
    expect(await ask('POST', '/api/change', credentials.add('integrator', 'all', ['#']))).not.toBe(200);
    expect(await ask('POST', '/api/change', credentials.add('station', 'outside'))).not.toBe(200);
    expect(await ask('POST', '/api/change')).not.toBe(200);
  },
);

test('nobody in particular reads what is private, though they may subscribe to everything over MQTT', () => {
  for (const station of [undefined, 'outside']) {
    expect(mayRead({ isPrivate: true }, ANONYMOUS, station)).toBe(false);
    expect(mayRead({ isPrivate: false }, ANONYMOUS, station)).toBe(true);
  }
});
