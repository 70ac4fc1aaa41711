import type { Pool } from 'pg';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Submission } from '../../src/ingest/submission.ts';
import type { Queryable } from '../../src/storage/queryable.ts';
import { useTestDatabase } from '../support/database.ts';
import { type TestIngest, useIngest } from '../support/ingest.ts';
import { poll } from '../support/poll.ts';

let pool: Pool;

beforeEach(async () => {
  ({ pool } = await useTestDatabase());
});

async function storedValues(): Promise<number[]> {
  const { rows } = await pool.query<{ value: number }>('SELECT value FROM readings ORDER BY received_at');
  return rows.map(({ value }) => value);
}

const goAway = () => pool.query('ALTER TABLE readings RENAME TO away');
const comeBack = () => pool.query('ALTER TABLE away RENAME TO readings');
const emptied = ({ spool }: TestIngest) => poll(() => Promise.resolve(spool.count() === 0));

/** Statements of that name wait until they are let go, all but the first ones. */
function useGate(name: string, free = 0) {
  const waiting: (() => void)[] = [];
  let isOpen = false;
  let passed = 0;
  return {
    waiting,
    between: (of: Queryable): Queryable => ({
      async query(config) {
        if (config.name === name && !isOpen && (passed += 1) > free)
          await new Promise<void>((resolve) => void waiting.push(resolve));
        return of.query(config);
      },
    }),
    letGo() {
      isOpen = true;
      for (const resolve of waiting) resolve();
    },
  };
}

describe('while the database is away', () => {
  test('readings are acknowledged from the spool, and written once and in order when it is back', async () => {
    const ingest = await useIngest(pool);
    await ingest.send('stations/a/t', '0');
    await goAway();
    for (const value of [1, 2, 3]) {
      expect(await ingest.send('stations/a/t', `${value}`)).toMatchObject({ isSpooled: true, stored: 0 });
    }
    expect(ingest.ingest.report()).toMatchObject({ state: 'spooling', databaseProblem: expect.any(String) });
    expect(ingest.ingest.counters).toMatchObject({ messages_acknowledged: 4, messages_spooled: 3 });
    await comeBack();
    await emptied(ingest);
    expect(await storedValues()).toEqual([0, 1, 2, 3]);
    expect(ingest.committed.map(({ value }) => value)).toEqual([0, 1, 2, 3]);
    expect(ingest.ingest.report()).toMatchObject({ state: 'storing', databaseProblem: undefined });
    expect(await ingest.send('stations/a/t', '4')).toMatchObject({ isSpooled: false, stored: 1 });
  });

  test('what is not understood is kept as rejected afterwards', async () => {
    const ingest = await useIngest(pool);
    await goAway();
    await ingest.send('stations/a/t', '1');
    await pool.query('ALTER TABLE rejected_messages RENAME TO rejected_away');
    expect(await ingest.send('stations/a/t', 'croak')).toMatchObject({ isSpooled: true });
    await comeBack();
    await pool.query('ALTER TABLE rejected_away RENAME TO rejected_messages');
    await emptied(ingest);
    expect((await pool.query('SELECT payload FROM rejected_messages')).rows).toEqual([
      { payload: Buffer.from('croak') },
    ]);
  });

  test('a message that the disk has damaged holds up none of those behind it', async () => {
    const ingest = await useIngest(pool);
    const { read } = ingest.spool;
    ingest.spool.read = async (...limits) =>
      (await read(...limits)).map((one) => (one.position === 2 ? one : { ...one, message: undefined }));
    await goAway();
    for (const value of [1, 2, 3]) await ingest.send('stations/a/t', `${value}`);
    await comeBack();
    await emptied(ingest);
    expect(await storedValues()).toEqual([2]);
    expect(ingest.ingest.report().state).toBe('storing');
  });

  test('a commit that takes too long is not waited for, and makes no second row', async () => {
    const gate = useGate('insert-readings');
    const ingest = await useIngest(pool, { between: gate.between, limits: { patienceMs: 20 } });
    expect(await ingest.send('stations/a/t', '1')).toMatchObject({ isSpooled: true });
    gate.letGo();
    await emptied(ingest);
    expect(await storedValues()).toEqual([1]);
    expect(ingest.committed).toHaveLength(1);
  });

  test('a redelivery goes the way of what it repeats, and makes no second row', async () => {
    const ingest = await useIngest(pool);
    const { clock, ingest: door } = ingest;
    await goAway();
    const first = await ingest.send('stations/a/t', '1');
    const { message } = first;
    await new Promise<void>((resolve) => {
      door.submit({ ...message, receivedAt: clock.now() }, { settled: () => resolve() });
    });
    await comeBack();
    await emptied(ingest);
    expect(await storedValues()).toEqual([1]);
  });

  test('a redelivery waits for the spool even if the database is back', async () => {
    // The first two thousand are written; what comes behind them waits.
    const gate = useGate('find-ours', 1);
    const ingest = await useIngest(pool, { between: gate.between });
    await goAway();
    const sends = Array.from({ length: 2_500 }, (_, value) => ingest.send('stations/a/t', `${value}`));
    const { message } = (await Promise.all(sends)).at(-1)!;
    await comeBack();
    await poll(() => ingest.ingest.report().state === 'storing' && gate.waiting.length > 0);
    expect(await ingest.send('stations/a/other', '5')).toMatchObject({ isSpooled: false });
    const repeated = new Promise<Submission | null>((resolve) => {
      const receivedAt = ingest.clock.now();
      ingest.ingest.submit({ ...message, receivedAt }, { settled: (_, outcome) => resolve(outcome) });
    });
    expect(await repeated).toMatchObject({ isSpooled: true });
    gate.letGo();
    await emptied(ingest);
    expect(await storedValues()).toHaveLength(2_501);
  });

  test('many rows in front that are refused for reasons of the database hold up nothing behind them', async () => {
    await pool.query(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.value < 12 THEN RAISE EXCEPTION 'corrupt' USING ERRCODE = 'XX001'; END IF; RETURN NEW; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON readings FOR EACH ROW EXECUTE FUNCTION refuse()`);
    const ingest = await useIngest(pool);
    await Promise.all(Array.from({ length: 100 }, (_, value) => ingest.send('stations/a/t', `${value}`)));
    await emptied(ingest);
    expect(await storedValues()).toHaveLength(88);
    expect((await pool.query('SELECT FROM rejected_messages')).rowCount).toBe(12);
  });

  test('but nothing is rejected while the database takes none', async () => {
    await pool.query(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'corrupt' USING ERRCODE = 'XX001'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON readings FOR EACH ROW EXECUTE FUNCTION refuse()`);
    const ingest = await useIngest(pool);
    await Promise.all([1, 2, 3].map((value) => ingest.send('stations/a/t', `${value}`)));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(ingest.spool.count()).toBe(3);
    // To drop the trigger would take locks on readings in another order than whoever tries to store some.
    await pool.query(
      'CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$',
    );
    await emptied(ingest);
    expect(await storedValues()).toEqual([1, 2, 3]);
  });

  test('a lone row that is refused for reasons of the database is rejected, and holds nothing up', async () => {
    await pool.query(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.value = 2 THEN RAISE EXCEPTION 'corrupt' USING ERRCODE = 'XX001'; END IF; RETURN NEW; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON readings FOR EACH ROW EXECUTE FUNCTION refuse()`);
    const ingest = await useIngest(pool);
    await Promise.all([1, 2, 3].map((value) => ingest.send('stations/a/t', `${value}`)));
    await emptied(ingest);
    expect(await storedValues()).toEqual([1, 3]);
    expect((await pool.query('SELECT reason, detail FROM rejected_messages')).rows).toEqual([
      { reason: 'refused-by-database', detail: 't: corrupt' },
    ]);
  });
});

test('what an earlier run has left in the spool is written, once, though its commit was not heard of', async () => {
  const first = await useIngest(pool);
  await goAway();
  const { message } = await first.send('stations/a/t', '1');
  await first.send('stations/a/t', '2');
  await first.ingest.close();
  expect(first.spool.count()).toBe(2);
  await comeBack();
  const second = await useIngest(pool, { spool: first.spool });
  await emptied(second);
  expect(await storedValues()).toEqual([1, 2]);
  // As after a crash between commit and removal.
  await second.ingest.close();
  await second.spool.append([message]);
  const third = await useIngest(pool, { spool: first.spool });
  await emptied(third);
  expect(await storedValues()).toEqual([1, 2]);
});

test('a stop does not wait for the database: what is under way goes to the spool', async () => {
  const gate = useGate('insert-readings');
  const ingest = await useIngest(pool, { between: gate.between, limits: { patienceMs: 20 } });
  const sent = ingest.send('stations/a/t', '1');
  await ingest.ingest.close();
  expect(await sent).toMatchObject({ isSpooled: true });
});
