import type { Pool } from 'pg';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Queryable } from '../../src/storage/queryable.ts';
import { useTestDatabase } from '../support/database.ts';
import { useIngest } from '../support/ingest.ts';
import { poll } from '../support/poll.ts';

let pool: Pool;

beforeEach(async () => {
  ({ pool } = await useTestDatabase());
});

async function countReadings(): Promise<number> {
  const { rows } = await pool.query<{ count: number }>('SELECT count(*)::int AS count FROM readings');
  return rows[0]!.count;
}

/** Of the first statement of that name the answer is lost: it has committed, and nobody hears of it. */
function losingAnswer(name: string): (of: Queryable) => Queryable {
  let lost = false;
  return (of) => ({
    async query(config) {
      const result = await of.query(config);
      if (lost || config.name !== name) return result as never;
      lost = true;
      throw new Error('Connection terminated unexpectedly');
    },
  });
}

describe('a row that the database refuses', () => {
  test('is rejected by itself, and all others of its batch are stored', async () => {
    await pool.query('ALTER TABLE readings ADD CHECK (value <> 666)');
    const { send, ingest, committed } = await useIngest(pool);
    const sends = Array.from({ length: 1_000 }, (_, value) => send('stations/a/t', `${value}`));
    const outcomes = await Promise.all(sends);
    expect(await countReadings()).toBe(999);
    expect(committed).toHaveLength(999);
    expect(outcomes[666]).toMatchObject({ stored: 0, rejections: [{ reason: 'refused-by-database' }] });
    expect(ingest.counters).toMatchObject({
      readings_written: 999,
      messages_rejected: 1,
      batches_retried: 0,
    });
    const { rows } = await pool.query(
      "SELECT payload FROM rejected_messages WHERE reason = 'refused-by-database'",
    );
    expect(rows).toEqual([{ payload: Buffer.from('666') }]);
  });

  test("may be one that an owner's trigger refuses", async () => {
    await pool.query(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN IF NEW.value = 2 THEN RAISE EXCEPTION 'no twos'; END IF; RETURN NEW; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON readings FOR EACH ROW EXECUTE FUNCTION refuse()`);
    const { send } = await useIngest(pool);
    expect(await send('stations/a/t', '[1,2,3]')).toMatchObject({
      stored: 2,
      rejections: [{ reason: 'refused-by-database', detail: 't: no twos' }],
    });
  });

  test('takes only its own item of a message with it', async () => {
    await pool.query('ALTER TABLE readings ADD CHECK (value <> 2)');
    const { send } = await useIngest(pool);
    expect(await send('stations/a/t', '[1,2,3]')).toMatchObject({
      stored: 2,
      rejections: [{ detail: expect.stringMatching(/^t: /) }],
    });
  });

  test('may be a series', async () => {
    await pool.query("ALTER TABLE series ADD CHECK (metric <> 'poison')");
    const { send } = await useIngest(pool);
    const outcomes = await Promise.all([
      send('stations/a', { t: 1, poison: 2 }),
      send('stations/b', { poison: 3, t: 4 }),
    ]);
    expect(outcomes).toMatchObject([
      { stored: 1, rejections: [{ reason: 'refused-by-database' }] },
      { stored: 1, rejections: [{ reason: 'refused-by-database' }] },
    ]);
  });

  test('may be a rejected message, which is lost with a word in the log and holds up nobody', async () => {
    await pool.query("ALTER TABLE rejected_messages ADD CHECK (topic <> 'poison')");
    const { send } = await useIngest(pool);
    await Promise.all([send('poison', 'x'), send('garden', 'x'), send('stations/a/t', '1')]);
    const { rows } = await pool.query('SELECT topic FROM rejected_messages');
    expect(rows).toEqual([{ topic: 'garden' }]);
  });
});

describe('while neither the database nor the spool takes readings', () => {
  test('nothing is acknowledged, and then everything is stored once and in order', async () => {
    const { send, ingest, committed } = await useIngest(pool, { spoolMaxBytes: 0 });
    await send('stations/a/t', '0');
    await pool.query('ALTER TABLE readings RENAME TO away');
    const order: number[] = [];
    const sends = [1, 2, 3].map((value) => send('stations/a/t', `${value}`).then(() => order.push(value)));
    await poll(() => ingest.counters.batches_retried > 3);
    expect(order).toEqual([]);
    await pool.query('ALTER TABLE away RENAME TO readings');
    await Promise.all(sends);
    expect(order).toEqual([1, 2, 3]);
    expect(committed.map(({ value }) => value)).toEqual([0, 1, 2, 3]);
    expect(await countReadings()).toBe(4);
  });

  test('QoS 0 is dropped and whoever waits for an answer gets one, while QoS 1 is held', async () => {
    const { send, ask, ingest } = await useIngest(pool, { spoolMaxBytes: 0 });
    await pool.query('ALTER TABLE readings RENAME TO away');
    const held = send('stations/a/t', '1');
    await expect(send('stations/a/t', '2', 0)).rejects.toMatchObject({ code: 'ingest-stalled' });
    await expect(ask('stations/a/t', '3')).rejects.toMatchObject({ code: 'ingest-stalled' });
    expect(ingest.counters).toMatchObject({ messages_dropped: 1, messages_refused: 1 });
    expect(ingest.isRefusing()).toBe(true);
    expect(ingest.report()).toMatchObject({
      state: 'stalled',
      databaseProblem: expect.stringContaining('readings'),
      spoolProblem: expect.stringContaining('full'),
    });
    await pool.query('ALTER TABLE away RENAME TO readings');
    expect(await held).toMatchObject({ stored: 1 });
    expect(ingest.report()).toMatchObject({ state: 'storing', databaseProblem: undefined });
    expect(await countReadings()).toBe(1);
  });

  test('what is held for too long is given up, unacknowledged', async () => {
    const { send, ingest } = await useIngest(pool, { spoolMaxBytes: 0, limits: { maxHeldMs: 30 } });
    await pool.query('ALTER TABLE readings RENAME TO away');
    await expect(send('stations/a/t', '1')).rejects.toMatchObject({ code: 'ingest-stalled' });
    expect(ingest.counters).toMatchObject({ messages_acknowledged: 0, messages_refused: 1 });
    await pool.query('ALTER TABLE away RENAME TO readings');
    expect(await send('stations/a/t', '2')).toMatchObject({ stored: 1 });
  });

  test('from half of what may wait on, those who can wait are not to be read from until there is room', async () => {
    let relieved = 0;
    const { send, ingest } = await useIngest(pool, {
      spoolMaxBytes: 0,
      limits: { maxWaitingBytes: 4_000 },
      onRelieved: () => (relieved += 1),
    });
    await pool.query('ALTER TABLE readings RENAME TO away');
    const waiting = [1, 2, 3].map((value) => send('stations/a/t', `${value}`));
    expect(ingest.isCongested()).toBe(false);
    waiting.push(send('stations/a/t', '4'));
    expect(ingest.isCongested()).toBe(true);
    await pool.query('ALTER TABLE away RENAME TO readings');
    await Promise.all(waiting);
    expect(ingest.isCongested()).toBe(false);
    await poll(() => relieved === 1);
  });
});

describe('a failure that passes at once', () => {
  test('a connection that is cut is made anew', async () => {
    const { send } = await useIngest(pool);
    await send('stations/a/t', '1');
    await pool.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    await send('stations/a/t', '2');
    expect(await countReadings()).toBe(2);
  });

  test('a commit of which we never heard the end is not taken for a duplicate', async () => {
    const between = losingAnswer('insert-readings');
    const { send, committed, ingest } = await useIngest(pool, { between });
    const outcome = await send('stations/a/t', [
      { value: 1, time: 1_700_000_000 },
      { value: 2, time: 1_700_000_001 },
    ]);
    expect(outcome).toMatchObject({ stored: 2, duplicates: 0 });
    expect(committed.map(({ value }) => value)).toEqual([1, 2]);
    expect(ingest.counters).toMatchObject({ batches_retried: 1, readings_written: 2, readings_duplicate: 0 });
    expect(await countReadings()).toBe(2);
  });

  test('a rejected message is kept once, though the end of its batch was not heard', async () => {
    const between = losingAnswer('insert-rejected');
    const { send, ingest } = await useIngest(pool, { between });
    await Promise.all([send('stations/a/t', 'croak'), send('stations/a/t', 'croak')]);
    expect(ingest.counters.batches_retried).toBe(1);
    const { rowCount } = await pool.query('SELECT FROM rejected_messages');
    expect(rowCount).toBe(2);
  });

  test('so much may wait and no more: QoS 1 is refused, QoS 0 is dropped and counted', async () => {
    const { send, ingest } = await useIngest(pool, { spoolMaxBytes: 0, limits: { maxWaitingBytes: 2_000 } });
    await pool.query('ALTER TABLE readings RENAME TO away');
    const waiting = [
      send('stations/a/t', '1'),
      send('stations/a/t', '2'),
      send('stations/a/t', '3'),
      send('stations/a/t', '4'),
    ];
    await expect(send('stations/a/t', '5')).rejects.toMatchObject({ code: 'ingest-overloaded' });
    await expect(send('stations/a/t', '6', 0)).rejects.toMatchObject({ code: 'ingest-overloaded' });
    expect(ingest.counters).toMatchObject({ messages_refused: 1, messages_dropped: 1 });
    await pool.query('ALTER TABLE away RENAME TO readings');
    await Promise.all(waiting);
    await send('stations/a/t', '7');
    expect(await countReadings()).toBe(5);
  });
});

test('while the spool can not be read, readings go to the database as soon as it is back', async () => {
  const { spool } = await useIngest(pool);
  const broken = {
    ...spool,
    append: () => Promise.reject(new Error('no space left')),
    count: () => 3,
    read: () => Promise.reject(new Error('no space left')),
    problem: () => 'no space left',
    check: () => Promise.resolve(false),
  };
  const { send, ingest } = await useIngest(pool, { spool: broken });
  await pool.query('ALTER TABLE readings RENAME TO away');
  const held = send('stations/a/t', '1');
  await poll(() => ingest.report().state === 'stalled');
  expect(ingest.report()).toMatchObject({ spoolProblem: 'no space left' });
  await pool.query('ALTER TABLE away RENAME TO readings');
  expect(await held).toMatchObject({ stored: 1, isSpooled: false });
  expect(ingest.report()).toMatchObject({ state: 'storing' });
});

describe('a partition that can not be made', () => {
  test('takes only the readings of its own month with it, if that is long past', async () => {
    await pool.query('CREATE TABLE readings_2001_01 (other int)');
    const { send, spool } = await useIngest(pool);
    await Promise.all([
      send('stations/a/t', { value: 1, time: '2001-01-05T00:00:00Z' }),
      send('stations/a/t', '2'),
    ]);
    await poll(() => spool.count() === 0);
    expect(await countReadings()).toBe(1);
    const { rows } = await pool.query<{ detail: string }>('SELECT detail FROM rejected_messages');
    expect(rows.map(({ detail }) => detail)).toEqual([expect.stringContaining('no partition for 2001-01')]);
  });

  test('keeps the readings of the present in the spool until it can', async () => {
    const now = new Date();
    const name = `readings_${now.toISOString().slice(0, 7).replace('-', '_')}`;
    await pool.query(`CREATE TABLE ${name} (other int)`);
    const { send, ingest, spool } = await useIngest(pool);
    expect(await send('stations/a/t', '1')).toMatchObject({ isSpooled: true });
    await poll(() => ingest.counters.batches_retried > 0);
    expect(ingest.report()).toMatchObject({ state: 'spooling', databaseProblem: expect.any(String) });
    await pool.query(`DROP TABLE ${name}`);
    await poll(() => spool.count() === 0);
    expect(await countReadings()).toBe(1);
  });
});

describe('a stop', () => {
  test('waits for what was taken, and takes nothing more', async () => {
    const { send, ingest } = await useIngest(pool);
    const sends = Array.from({ length: 100 }, (_, value) => send('stations/a/t', `${value}`));
    const closed = ingest.close();
    await expect(send('stations/a/t', '100')).rejects.toMatchObject({ code: 'ingest-closed' });
    await closed;
    await Promise.all(sends);
    expect(await countReadings()).toBe(100);
  });

  test('gives up when neither the database nor the spool comes back, and acknowledges nothing', async () => {
    const { send, ingest } = await useIngest(pool, { spoolMaxBytes: 0, limits: { drainTimeoutMs: 50 } });
    await pool.query('ALTER TABLE readings RENAME TO away');
    const outcome = send('stations/a/t', '1').catch((error: unknown) => error);
    await ingest.close();
    expect(await outcome).toMatchObject({ code: 'ingest-closed' });
    expect(ingest.counters).toMatchObject({ messages_acknowledged: 0, messages_refused: 1 });
  });
});
