import { expect, test } from 'vitest';
import { logIn, type TestWeb, useWeb } from '../../support/web.ts';

const PATH = '/api/stations/outside/readings';

async function post(web: TestWeb, headers: Record<string, string>): Promise<[number, string | undefined]> {
  const { status, body } = await web.ask(PATH, { method: 'POST', body: '{"temperature":21.5}', headers });
  return [status, body.error?.code];
}

const bearer = (secret: string): Record<string, string> => ({ authorization: `Bearer ${secret}` });

test.each([true, false])(
  'a credential posts for its own station, an admin for any; anonymous: %s',
  async (allowAnonymous) => {
    const web = await useWeb({ allowAnonymous });
    expect(await post(web, bearer(web.credentials.add('station', 'outside')))).toEqual([201, undefined]);
    expect(await post(web, bearer(web.credentials.add('admin', 'owner')))).toEqual([201, undefined]);
    expect(web.submitted).toHaveLength(2);
    expect(await post(web, bearer(web.credentials.add('station', 'inside')))).toEqual([403, 'not-allowed']);
    expect(await post(web, bearer(web.credentials.add('integrator', 'x', ['#'])))).toEqual([
      403,
      'not-allowed',
    ]);
    expect(await post(web, bearer('wrong'))).toEqual([401, 'secret-wrong']);
    web.credentials.setKnown(false);
    expect(await post(web, bearer('any'))).toEqual([503, 'credentials-unknown']);
    expect(web.submitted).toHaveLength(2);
  },
);

test('a secret that was replaced or revoked posts nothing more', async () => {
  const web = await useWeb({ allowAnonymous: false });
  const old = web.credentials.add('station', 'outside');
  const current = web.credentials.rotate('outside');
  expect(await post(web, bearer(old))).toEqual([401, 'secret-wrong']);
  expect(await post(web, bearer(current))).toEqual([201, undefined]);
  web.credentials.revoke('outside');
  expect(await post(web, bearer(current))).toEqual([401, 'secret-wrong']);
});

test('the cookie of a login is for reading: nothing is posted with it', async () => {
  const web = await useWeb({ allowAnonymous: false, isPrivate: true });
  const cookie = await logIn(web, web.credentials.add('admin', 'owner'));
  expect((await web.ask('/api/stations', { headers: { cookie } })).status).toBe(200);
  expect(await post(web, { cookie })).toEqual([401, 'credentials-required']);
  expect(web.submitted).toEqual([]);
});

test('an address may write up to the limit, and once more is a 429 that says when to come again', async () => {
  const web = await useWeb({ maxWrites: 3 });
  for (let i = 0; i < 3; i += 1) expect(await post(web, {})).toEqual([201, undefined]);
  const { status, headers, body } = await web.ask(PATH, { method: 'POST', body: '1' });
  expect([status, body.error.code]).toEqual([429, 'too-many-requests']);
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  expect(web.submitted).toHaveLength(3);
  expect((await web.ask('/login', { method: 'POST' })).status).toBe(429);
  expect((await web.ask('/api/stations')).status).toBe(200);
});
