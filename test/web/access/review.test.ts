import { get } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { poll } from '../../support/poll.ts';
import { logIn, type TestWeb, useWeb } from '../../support/web.ts';

/** Opens an event stream. @returns whether it has ended */
async function watch(web: TestWeb, path: string, headers: Record<string, string>): Promise<() => boolean> {
  let ended = false;
  await new Promise<void>((resolve, reject) => {
    const request = get(web.url + path, { agent: false, headers }, (response) => {
      response.on('data', () => resolve());
      response.on('end', () => {
        ended = true;
        reject(new Error(`ended with ${response.statusCode}`));
      });
    });
    request.on('error', reject);
    onTestFinished(() => void request.destroy());
  });
  return () => ended;
}

test('the streams of whoever may no longer read end when access is reviewed, and no others', async () => {
  const web = await useWeb({ isPrivate: true });
  const { credentials } = web;
  const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
  const revoked = await watch(web, '/api/live', bearer(credentials.add('admin', 'revoked')));
  const rotated = await watch(web, '/api/live', {
    cookie: await logIn(web, credentials.add('admin', 'rotated')),
  });
  const narrowed = await watch(
    web,
    '/api/live',
    bearer(credentials.add('integrator', 'narrowed', ['live/#'])),
  );
  const kept = await watch(web, '/api/live?station=a', bearer(credentials.add('station', 'a')));
  web.app.reviewAccess();
  credentials.revoke('revoked');
  credentials.rotate('rotated');
  credentials.setFilters('narrowed', ['live/a/#']);
  expect([revoked(), rotated(), narrowed()]).toEqual([false, false, false]);
  web.app.reviewAccess();
  await poll(() => revoked() && rotated() && narrowed());
  expect(kept()).toBe(false);
});

test('where reading is public, the streams of nobody go on', async () => {
  const web = await useWeb();
  const ended = await watch(web, '/api/live', {});
  const named = await watch(web, '/api/live', {
    authorization: `Bearer ${web.credentials.add('admin', 'x')}`,
  });
  web.credentials.revoke('x');
  web.app.reviewAccess();
  await poll(named);
  expect(ended()).toBe(false);
});
