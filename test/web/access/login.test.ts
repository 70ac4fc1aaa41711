import { expect, test } from 'vitest';
import { LOGIN_LIFETIME_S } from '../../../src/web/access/login-cookie.ts';
import { logIn, type TestWeb, useWeb } from '../../support/web.ts';

const submit = (web: TestWeb, form: Record<string, string>, headers: Record<string, string> = {}) =>
  web.ask('/login', { method: 'POST', body: new URLSearchParams(form), headers, redirect: 'manual' });

const statusWith = async (web: TestWeb, cookie: string): Promise<number> =>
  (await web.ask('/api/stations', { headers: { cookie } })).status;

test('a right secret is exchanged for a cookie that scripts and other sites can not use', async () => {
  const web = await useWeb({ isPrivate: true });
  const secret = web.credentials.add('admin', 'owner');
  const { status, headers } = await submit(web, { secret: ` ${secret}\n`, to: '/status' });
  expect([status, headers.get('location')]).toEqual([303, '/status']);
  const cookie = headers.get('set-cookie')!;
  expect(cookie).toMatch(/^thermograph_login=/);
  expect(cookie.split('; ').slice(1).toSorted()).toEqual([
    'HttpOnly',
    `Max-Age=${LOGIN_LIFETIME_S}`,
    'Path=/',
    'SameSite=Strict',
  ]);
  expect(cookie).not.toContain(secret);
  expect(await statusWith(web, cookie.split(';', 1)[0]!)).toBe(200);
});

test.each(['//evil.example', String.raw`/\evil.example`, 'https://evil.example', '/%09/evil.example'])(
  'after the login nobody is led to %s',
  async (to) => {
    const web = await useWeb({ isPrivate: true });
    const secret = web.credentials.add('admin', 'owner');
    const { headers } = await submit(web, { secret, to });
    expect(new URL(headers.get('location')!, web.url).origin).toBe(web.url);
    const page = await web.ask(`/login?to=${encodeURIComponent(to)}`);
    expect(page.text).not.toContain('value="//');
  },
);

test('who may not read everything is led to what they may read', async () => {
  const web = await useWeb({ isPrivate: true });
  web.addStation('inside');
  web.addStation('outside');
  const landing = async (secret: string) => (await submit(web, { secret })).headers.get('location');
  expect(await landing(web.credentials.add('station', 'outside'))).toBe('/stations/outside');
  expect(await landing(web.credentials.add('integrator', 'x', ['live/inside/#']))).toBe('/stations/inside');
  expect(await landing(web.credentials.add('integrator', 'y', ['live/#']))).toBe('/');
});

test('a page that is not for a login leads to one that is, to another login, and out', async () => {
  const web = await useWeb({ isPrivate: true });
  const cookie = await logIn(web, web.credentials.add('station', 'outside'));
  const { status, text } = await web.ask('/status', { headers: { cookie } });
  expect(status).toBe(403);
  for (const part of [
    'href="/stations/outside"',
    'href="/login"',
    'Logged in as outside',
    'action="/logout"',
  ]) {
    expect(text).toContain(part);
  }
  expect(text).toContain('To your own page');
  expect(text).not.toContain('href="/"');
  expect(text).not.toMatch(/<nav[^]*href="\/status"/);
});

test('the login page asks for the password that the commands print, and says where one comes from', async () => {
  const { text } = await (await useWeb({ isPrivate: true })).ask('/login');
  expect(text).toMatch(/<label for="(\w+)">Password<\/label>[^]*id="\1" name="secret"/);
  expect(text).toContain('npx thermograph credentials add admin NAME');
  expect(text.replaceAll(/<[^>]*>/g, '')).not.toMatch(/secret/i);
});

test('a wrong secret, or none, is a 401 with the form again, and no cookie', async () => {
  const web = await useWeb({ isPrivate: true });
  for (const form of [
    { secret: 'wrong', to: '/status' },
    { secret: '', to: '/status' },
  ]) {
    const { status, headers, text } = await submit(web, form);
    expect(status).toBe(401);
    expect(headers.get('set-cookie')).toBeNull();
    expect(text).toContain('Nobody has this password');
    expect(text).toContain('name="to" value="/status"');
    expect(text).not.toContain('wrong');
  }
  expect((await web.ask('/login', { method: 'POST', body: '{}' })).status, 'another type').toBe(415);
  expect((await submit(web, { secret: 'x'.repeat(9000) })).status).toBe(413);
});

test('a cookie ends with its credential, with its secret, and 90 days after the last visit', async () => {
  const web = await useWeb({ isPrivate: true });
  const revoked = await logIn(web, web.credentials.add('admin', 'one'));
  const rotated = await logIn(web, web.credentials.add('admin', 'two'));
  const kept = await logIn(web, web.credentials.add('admin', 'three'));
  web.credentials.revoke('one');
  web.credentials.rotate('two');
  expect(await statusWith(web, revoked)).toBe(401);
  expect(await statusWith(web, rotated)).toBe(401);
  expect(await statusWith(web, kept)).toBe(200);
  web.advance(LOGIN_LIFETIME_S * 1000);
  expect(await statusWith(web, kept)).toBe(401);
});

test('a cookie is renewed once a day while it is used', async () => {
  const web = await useWeb({ isPrivate: true });
  const cookie = await logIn(web, web.credentials.add('admin', 'owner'));
  const renewal = async () => (await web.ask('/', { headers: { cookie } })).headers.get('set-cookie');
  expect(await renewal()).toBeNull();
  web.advance((24 * 3600 + 1) * 1000);
  const renewed = await renewal();
  expect(renewed).toContain('thermograph_login=');
  web.advance((LOGIN_LIFETIME_S - 3600) * 1000);
  expect(await statusWith(web, cookie)).toBe(401);
  expect(await statusWith(web, renewed!.split(';', 1)[0]!)).toBe(200);
});

test('logging out takes the cookie away, also without one', async () => {
  const web = await useWeb({ isPrivate: true });
  const { status, headers } = await web.ask('/logout', { method: 'POST', redirect: 'manual' });
  expect([status, headers.get('location')]).toEqual([303, '/login']);
  expect(headers.get('set-cookie')).toMatch(/^thermograph_login=;.*Expires=Thu, 01 Jan 1970/);
});

test('while credentials or the key of cookies are not known, the login is a 503, and works later', async () => {
  let away = true;
  const key = Buffer.alloc(32, 7);
  const cookieKey = () => (away ? Promise.reject(new Error('ECONNREFUSED')) : Promise.resolve(key));
  const web = await useWeb({ isPrivate: true, cookieKey });
  const secret = web.credentials.add('admin', 'owner');
  const refused = await submit(web, { secret });
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
  expect(refused.headers.get('set-cookie')).toBeNull();
  away = false;
  web.credentials.setKnown(false);
  expect((await submit(web, { secret })).status).toBe(503);
  web.credentials.setKnown(true);
  expect(await statusWith(web, await logIn(web, secret))).toBe(200);
});

test('wrong secrets are told to wait after the limit, and a right one is taken all the same', async () => {
  const web = await useWeb({ isPrivate: true, maxWrongSecrets: 3 });
  const right = web.credentials.add('admin', 'owner');
  const ask = (secret: string) =>
    web.ask('/api/stations', { headers: { authorization: `Bearer ${secret}` } });
  for (let i = 0; i < 2; i += 1) expect((await ask('wrong')).status).toBe(401);
  expect((await submit(web, { secret: 'wrong' })).status).toBe(401);
  const { status, headers, body } = await ask('wrong');
  expect([status, body.error.code]).toEqual([429, 'too-many-wrong-secrets']);
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  const page = await submit(web, { secret: 'wrong' });
  expect(page.status).toBe(429);
  expect(page.text).toContain('too many wrong passwords');
  expect((await ask(right)).status).toBe(200);
  expect((await submit(web, { secret: right })).status).toBe(303);
  expect(web.parts.httpCounters.http_logins_refused).toBe(5);
});

test("another site's page can neither log somebody in nor out", async () => {
  const web = await useWeb({ isPrivate: true });
  const secret = web.credentials.add('admin', 'owner');
  for (const headers of [
    { origin: 'http://elsewhere.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ] as Record<string, string>[]) {
    expect((await submit(web, { secret }, headers)).status, `with ${JSON.stringify(headers)}`).toBe(403);
    expect((await web.ask('/logout', { method: 'POST', headers, redirect: 'manual' })).status).toBe(403);
  }
  const own = { origin: web.url, 'sec-fetch-site': 'same-origin' };
  expect((await submit(web, { secret }, own)).status).toBe(303);
});
