import type { Pool } from 'pg';
import { expect, test } from 'vitest';
import { insertRejected } from '../../src/storage/rejected-insert.ts';
import type { RejectReason } from '../../src/telemetry/reading.ts';
import { useTestDatabase } from '../support/database.ts';
import { logIn, useWeb } from '../support/web.ts';

const NOON = Date.UTC(2026, 10, 22, 12) * 1000;

async function reject(
  pool: Pool,
  payload: Uint8Array,
  reason: RejectReason = 'payload-not-understood',
): Promise<void> {
  const times = { receivedAt: NOON, firstReceivedAt: NOON };
  const message = { topic: 'stations/outside', payload, qos: 1 as const, clientId: 'esp32', ...times };
  await insertRejected(pool, [{ message, rejections: [{ reason, detail: 'no' }] }]);
}

test('a rejected message comes with all that was kept of it', async () => {
  const { pool } = await useTestDatabase();
  await reject(pool, Buffer.from('{"temperature":"é"'));
  const web = await useWeb({ pool });
  const authorization = `Bearer ${web.credentials.add('admin', 'owner')}`;
  const { body } = await web.ask('/api/rejected', { headers: { authorization } });
  expect(body).toStrictEqual({
    rejected: [
      {
        id: 1,
        receivedAt: '2026-11-22T12:00:00.000Z',
        topic: 'stations/outside',
        payload: { text: '{"temperature":"é"' },
        qos: 1,
        clientId: 'esp32',
        reason: 'payload-not-understood',
        detail: 'no',
      },
    ],
    next: null,
  });
});

test('which client it came from is told to an admin who shows their secret, and to nobody else', async () => {
  const { pool } = await useTestDatabase();
  await reject(pool, Buffer.from('warm'));
  for (const isPrivate of [false, true]) {
    const web = await useWeb({ pool, isPrivate });
    const admin = web.credentials.add('admin', 'owner');
    const reader = web.credentials.add('integrator', 'grafana', ['#']);
    const cookie = await logIn(web, admin);
    const clientOf = async (headers: Record<string, string>): Promise<unknown> =>
      (await web.ask('/api/rejected', { headers })).body.rejected[0].clientId;
    expect(await clientOf({ authorization: `Bearer ${admin}` })).toBe('esp32');
    expect(await clientOf({ authorization: `Bearer ${reader}` })).toBeNull();
    expect(await clientOf({ cookie })).toBeNull();
    if (!isPrivate) expect(await clientOf({})).toBeNull();
    expect((await web.ask('/status', { headers: { cookie } })).text).not.toContain('esp32');
  }
});

test('a payload that is not UTF-8 comes whole, in base64', async () => {
  const { pool } = await useTestDatabase();
  const bytes = Buffer.from([0xff, 0x00, 0xfe]);
  await reject(pool, bytes, 'payload-not-utf8');
  const web = await useWeb({ pool });
  const { body } = await web.ask('/api/rejected');
  expect(body.rejected[0].payload).toStrictEqual({ base64: bytes.toString('base64') });
});

test('pages go from the newest to the oldest, each message once, by reason if asked', async () => {
  const { pool } = await useTestDatabase();
  for (let i = 0; i < 7; i += 1) {
    await reject(pool, Buffer.from(String(i)), i % 2 === 0 ? 'payload-empty' : 'topic-unknown');
  }
  const web = await useWeb({ pool });
  const collect = async (query: string): Promise<string[]> => {
    const texts: string[] = [];
    let next: string | null = '';
    while (next !== null) {
      const { body } = await web.ask(`/api/rejected?limit=2&${query}${next === '' ? '' : `&cursor=${next}`}`);
      texts.push(...body.rejected.map(({ payload }: { payload: { text: string } }) => payload.text));
      next = body.next;
    }
    return texts;
  };
  expect(await collect('')).toStrictEqual(['6', '5', '4', '3', '2', '1', '0']);
  expect(await collect('reason=topic-unknown')).toStrictEqual(['5', '3', '1']);
  expect(await collect('reason=never-heard-of')).toStrictEqual([]);
});

test('a page of large payloads ends before it fills the memory, and the next goes on from there', async () => {
  const { pool } = await useTestDatabase();
  const megabyte = Buffer.alloc(1024 * 1024, 'x');
  for (let i = 0; i < 6; i += 1) await reject(pool, megabyte);
  const web = await useWeb({ pool });
  const first = await web.ask('/api/rejected');
  expect(first.body.rejected).toHaveLength(4);
  const second = await web.ask(`/api/rejected?cursor=${first.body.next}`);
  expect(second.body.rejected).toHaveLength(2);
  expect(second.body.next).toBeNull();
});

test.each([
  ['cursor', 'cursor=abc'],
  ['limit', 'limit=1001'],
  ['limit', 'limit=1e999'],
  ['reason', 'reason=%00'],
])('a wrong parameter is answered by a 400 that names %s', async (field, query) => {
  const web = await useWeb();
  const { status, body } = await web.ask(`/api/rejected?${query}`);
  expect(status).toBe(400);
  expect(body.error.details[0].field).toBe(field);
});
