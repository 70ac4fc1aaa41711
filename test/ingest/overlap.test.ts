import type { Pool } from 'pg';
import { beforeEach, expect, test } from 'vitest';
import type { Submission } from '../../src/ingest/submission.ts';
import type { Queryable } from '../../src/storage/queryable.ts';
import { useTestDatabase } from '../support/database.ts';
import { useIngest } from '../support/ingest.ts';
import { poll } from '../support/poll.ts';

let pool: Pool;

beforeEach(async () => {
  ({ pool } = await useTestDatabase());
});

const ROW_BYTES = 44;

/** Holds back every insert of readings until it is let go, and knows how many rows each has. */
function useGate() {
  const inserts: { readonly rows: number; letGo(): void; fail(): void }[] = [];
  const between = (of: Queryable): Queryable => ({
    async query(config) {
      if (config.name !== 'insert-readings') return of.query(config);
      const bytes = (config.values as Buffer[]).reduce((sum, { length }) => sum + length - 20, 0);
      await new Promise<void>((resolve, reject) => {
        const fail = (): void => reject(new Error('the line is down'));
        inserts.push({ rows: bytes / ROW_BYTES, letGo: resolve, fail });
      });
      return of.query(config);
    },
  });
  const inserted = (count: number): Promise<unknown> => poll(() => Promise.resolve(inserts.length >= count));
  return { inserts, inserted, between };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

test('a second batch leaves before the first has committed once it is as large, and a third waits', async () => {
  const { inserts, inserted, between } = useGate();
  const { send } = await useIngest(pool, { between });
  const sends = Array.from({ length: 10 }, (_, value) => send('stations/a/t', `${value}`));
  await inserted(1);
  for (let value = 0; value < 9; value += 1) sends.push(send('stations/a/t', `${value}`));
  await turns();
  expect(inserts).toHaveLength(1);
  sends.push(send('stations/a/t', '9'));
  await inserted(2);
  for (let value = 0; value < 30; value += 1) sends.push(send('stations/a/t', `${value}`));
  await turns();
  expect(inserts.map(({ rows }) => rows)).toEqual([10, 10]);
  inserts[0]!.letGo();
  await inserted(3);
  expect(inserts[2]!.rows).toBe(30);
  inserts[1]!.letGo();
  inserts[2]!.letGo();
  await Promise.all(sends);
});

test('a batch that has committed first is answered after the one before it, which is tried again', async () => {
  const { inserts, inserted, between } = useGate();
  const { send, ingest, committed } = await useIngest(pool, { between });
  const order: number[] = [];
  const sendAndNote = async (value: number): Promise<void> => {
    await send('stations/a/t', `${value}`);
    order.push(value);
  };
  const sends = [sendAndNote(0)];
  await inserted(1);
  sends.push(sendAndNote(1));
  await inserted(2);
  inserts[1]!.letGo();
  await poll(async () => (await pool.query('SELECT FROM readings')).rowCount! > 0);
  inserts[0]!.fail();
  await inserted(3);
  expect(order).toEqual([]);
  inserts[2]!.letGo();
  await Promise.all(sends);
  expect(order).toEqual(Array.from({ length: 2 }, (_, value) => value));
  expect(committed.map(({ value }) => value)).toEqual(order);
  expect(ingest.counters.batches_retried).toBe(1);
});

test('a redelivery waits until the batch before it is settled, and makes no second row', async () => {
  const { inserts, inserted, between } = useGate();
  const { ingest, clock } = await useIngest(pool, { between });
  const outcomes: (Submission | null)[] = [];
  const sender = { settled: (_: Error | null, outcome: Submission | null) => void outcomes.push(outcome) };
  const message = { topic: 'stations/a/t', payload: Buffer.from('1'), qos: 1 as const, clientId: 'board' };
  const receivedAt = clock.now();
  ingest.submit({ ...message, receivedAt, firstReceivedAt: receivedAt }, sender);
  await inserted(1);
  ingest.submit({ ...message, receivedAt: clock.now(), firstReceivedAt: receivedAt }, sender);
  await turns();
  expect(inserts).toHaveLength(1);
  inserts[0]!.fail();
  await inserted(2);
  inserts[1]!.letGo();
  await inserted(3);
  inserts[2]!.letGo();
  await poll(() => Promise.resolve(outcomes.length === 2));
  expect(outcomes).toMatchObject([{ duplicates: 0 }, { duplicates: 1 }]);
  expect((await pool.query('SELECT FROM readings')).rowCount).toBe(1);
});

test('the limit of metrics holds for two batches that name new ones at the same time', async () => {
  const { send } = await useIngest(pool);
  await send('stations/a', { first: 1 });
  const metrics = (name: string) =>
    Object.fromEntries(Array.from({ length: 150 }, (_, n) => [`${name}${n}`, n]));
  const one = send('stations/a', metrics('one'));
  await new Promise((resolve) => setImmediate(resolve));
  await Promise.all([one, send('stations/a', metrics('two'))]);
  expect((await pool.query('SELECT FROM series')).rowCount).toBe(200);
});

test('a stop waits for both batches that are under way', async () => {
  const { inserts, inserted, between } = useGate();
  const { send, ingest } = await useIngest(pool, { between });
  const sends = [send('stations/a/t', '0')];
  await inserted(1);
  sends.push(send('stations/a/t', '1'), send('stations/a/t', '2'));
  await inserted(2);
  const closed = ingest.close();
  await turns();
  for (const { letGo } of inserts) letGo();
  // One reading was left when the second batch had left.
  await inserted(3);
  inserts[2]!.letGo();
  await closed;
  expect(await Promise.all(sends)).toHaveLength(3);
});
