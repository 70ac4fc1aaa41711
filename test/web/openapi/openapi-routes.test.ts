import { expect, test } from 'vitest';
import { useWeb } from '../../support/web.ts';

test('the description is at a fixed address, and costs a 304 while it is the same', async () => {
  const web = await useWeb();
  const { status, body, headers } = await web.ask('/api/openapi.json');
  expect(status).toBe(200);
  expect(body).toMatchObject({ openapi: '3.1.1', info: { title: 'Thermograph', version: '0.1.0' } });
  expect(headers.get('content-security-policy')).toContain("default-src 'self'");
  const again = await web.ask('/api/openapi.json', { headers: { 'if-none-match': headers.get('etag')! } });
  expect([again.status, again.text]).toStrictEqual([304, '']);
});

test('of a private service it is for those who may read everything', async () => {
  const web = await useWeb({ isPrivate: true });
  const asking = async (secret: string) => {
    const { status } = await web.ask('/api/openapi.json', { headers: { authorization: `Bearer ${secret}` } });
    return status;
  };
  expect((await web.ask('/api/openapi.json')).status).toBe(401);
  expect(await asking(web.credentials.add('station', 'outside'))).toBe(403);
  expect(await asking(web.credentials.add('admin', 'owner'))).toBe(200);
});
