import { expect, test } from 'vitest';
import { useTestDatabase } from '../support/database.ts';
import { at } from '../support/hourly.ts';
import { useIngest } from '../support/ingest.ts';
import { poll } from '../support/poll.ts';
import { duration, useMaintenance } from '../support/retention.ts';

const HOUR = 3_600_000_000;
const NOW = at('2026-06-15T10:20Z');
const MONTHS = { from: at('2026-01-01T00:00Z'), hours: 59 * 24 };
const BURST = 118;
const SENDERS = 4;

/** Every hour of two months once, in no order. */
function shuffledHours(): readonly number[] {
  const step = 601;
  return Array.from({ length: MONTHS.hours }, (_, index) => (index * step) % MONTHS.hours);
}

test('readings that come for months which are dropped meanwhile are all stored, and none is counted twice or lost', async () => {
  const database = await useTestDatabase();
  const { pool } = database;
  const { send } = await useIngest(pool);
  const maintenance = await useMaintenance(database);
  await send('stations/outside/temperature', { value: 1, time: '2026-06-15T10:00:00Z' });
  await maintenance.roll(NOW);
  const hours = shuffledHours();
  const stored: number[] = [];
  const over = new AbortController();
  let dropped = 0;
  async function sendInTurn(some: number[]): Promise<void> {
    for (let hour = some.pop(); hour !== undefined; hour = some.pop()) {
      const time = new Date((MONTHS.from + hour * HOUR) / 1000).toISOString();
      const submission = await send('stations/outside/temperature', { value: 1, time });
      expect(submission.rejections).toEqual([]);
      stored.push(submission.stored - submission.duplicates);
    }
  }
  async function expireOn(): Promise<void> {
    while (!over.signal.aborted) {
      await maintenance.roll(NOW);
      dropped += (await maintenance.expire(NOW, { raw: duration('30d') })).partitions_dropped;
    }
  }
  const expiring = expireOn();
  for (let first = 0; first < hours.length; first += BURST) {
    const burst = hours.slice(first, first + BURST);
    const before = dropped;
    await Promise.all(Array.from({ length: SENDERS }, () => sendInTurn(burst)));
    // The next ones come for months that ingest still takes for there, while these are dropped.
    await poll(() => dropped > before);
  }
  over.abort();
  await expiring;
  await maintenance.roll(NOW);
  await maintenance.expire(NOW, { raw: duration('30d') });
  expect(stored).toEqual(hours.map(() => 1));
  // A reading an hour: whatever has come is in a roll-up of its own.
  const { rows } = await pool.query(
    `SELECT count(*)::int AS hours, max(count)::int AS most FROM rollups_hour WHERE bucket < '2026-06-01Z'`,
  );
  expect(rows).toEqual([{ hours: hours.length, most: 1 }]);
  expect((await pool.query('SELECT FROM readings')).rowCount).toBe(1);
});
