import { Client } from 'pg';
import { afterEach, expect, test, vi } from 'vitest';
import { readingsUntil, useHistory } from '../../../support/history-page.ts';
import { poll } from '../../../support/poll.ts';

afterEach(() => vi.restoreAllMocks());

const HOUR_MS = 3_600_000;
/** More than may be looked up and wait, of one address. */
const FLOOD = 60;

test('a page asks the database no more than a few dozen statements, whatever is on it', async () => {
  const rows = readingsUntil(Date.now(), 24 * 70, HOUR_MS, (index) => (index % 24) + 1);
  const metrics = ['temperature', 'humidity', 'pressure', 'wind_speed', 'wind_dir', 'rain'];
  const web = await useHistory(Object.fromEntries(metrics.map((metric) => [`outside:${metric}`, rows])));
  const statements = vi.spyOn(Client.prototype, 'query');
  const count = async (query: string): Promise<number> => {
    statements.mockClear();
    expect((await web.ask(`/stations/outside${query}`)).status).toBe(200);
    return statements.mock.calls.length;
  };
  const counts = [await count(''), await count('?range=30d&compare=7d'), await count('?range=all')];
  expect(Math.max(...counts)).toBeLessThanOrEqual(51);
});

test('a flood of pages leaves connections for all else, and who does not get a turn is told when to come again', async () => {
  const rows = readingsUntil(Date.now(), 48, HOUR_MS);
  const web = await useHistory({ 'outside:temperature': rows });
  const { pool } = web;
  const holder = await pool.connect();
  await holder.query('BEGIN; LOCK TABLE rollup_state IN ACCESS EXCLUSIVE MODE');
  let [taken, most] = [0, 0];
  pool.on('acquire', () => (most = Math.max(most, (taken += 1))));
  pool.on('release', () => (taken -= 1));
  let done = 0;
  const flood = Array.from({ length: FLOOD }, async () => {
    const answer = await web.ask('/stations/outside', { headers: { accept: 'text/html' } });
    done += 1;
    return answer;
  });
  // Those that wait are 50, and two are being looked up.
  await poll(() => done === FLOOD - 52);
  expect((await web.ask('/api/stations')).status).toBe(200);
  await holder.query('COMMIT');
  holder.release();
  const answers = await Promise.all(flood);
  const refused = answers.filter(({ status }) => status === 503);
  expect(refused.length).toBeGreaterThan(0);
  expect(answers.filter(({ status }) => status === 200).length + refused.length).toBe(FLOOD);
  expect(refused[0]!.headers.get('retry-after')).toBe('5');
  expect(refused[0]!.text).toContain('Please come again in a few seconds');
});
