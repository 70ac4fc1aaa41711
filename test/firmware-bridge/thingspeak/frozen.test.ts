import { setTimeout as pause } from 'node:timers/promises';
import { Pool } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { addChannel } from '../../../src/storage/channels-query.ts';
import { type TestDatabase, useTestDatabase } from '../../support/database.ts';
import { embeddedConnection } from '../../support/embedded-postgres.ts';
import { useFreezableProxy } from '../../support/freezable-proxy.ts';
import { poll } from '../../support/poll.ts';
import { useFolder } from '../../support/program.ts';
import { startOn, type TestService } from '../../support/service.ts';
import { testChannel, WRITE_KEY } from '../../support/thingspeak.ts';

const BOARDS = 24;
/** As long as ThingSpeak's own library waits for an answer. */
const PATIENCE_MS = 5_000;
/** Longer than any statement, so that all that is under way is given up. */
const FROZEN_MS = 7_000;

test('a database that goes silent while boards post loses nothing that was answered, and stores nothing twice', async () => {
  const database = await useTestDatabase();
  await addChannel(database.pool, testChannel());
  const { host, port, user } = database.connection;
  const proxy = await useFreezableProxy({ path: `${host}/.s.PGSQL.${port}` });
  const databaseUrl = `postgres://${user}@127.0.0.1:${proxy.port}/${database.connection.database}`;
  const service = await startOn(database, { databaseUrl });
  const answered = await postWhile(service, database.pool, async () => {
    proxy.freeze();
    await pause(FROZEN_MS);
    proxy.thaw();
  });
  expect(answered.length).toBeGreaterThan(BOARDS);
  await expectAllStored(service, database.pool, answered);
});

test('backends that are stopped in the middle of what they do are no different', async () => {
  const dataDir = await useFolder();
  // Its own server: a stopped backend may hold what those of other tests wait for.
  const service = await startOn({ url: undefined } as unknown as TestDatabase, {
    databaseUrl: undefined,
    dataDir,
  });
  const pool = new Pool(embeddedConnection(dataDir));
  onTestFinished(() => pool.end());
  await addChannel(pool, testChannel());
  const answered = await postWhile(service, pool, async () => {
    const { rows } = await pool.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE application_name = 'thermograph' AND pid <> pg_backend_pid()`,
    );
    const stopped = rows.filter(({ pid }) => process.kill(pid, 'SIGSTOP'));
    try {
      await pause(FROZEN_MS);
    } finally {
      for (const { pid } of stopped) process.kill(pid, 'SIGCONT');
    }
  });
  expect(answered.length).toBeGreaterThan(BOARDS);
  await expectAllStored(service, pool, answered);
});

interface Answered {
  readonly entryId: number;
  readonly value: number;
}

/** So that one can be seen under way, and the database frozen at that most doubtful moment. */
const SLOW_COMMITS = `
  CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.1); RETURN NULL; END $$;
  CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON channel_entries DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION dawdle()`;

const COMMIT_UNDER_WAY = `
  SELECT FROM pg_stat_activity
  WHERE datname = current_database() AND application_name = 'thermograph' AND state = 'active' AND query = 'COMMIT'`;

/**
 * Has boards post while the database freezes: some name the time and repeat their request until it is answered, others don't,
 * and send it once.
 */
async function postWhile(
  service: TestService,
  pool: Pool,
  freeze: () => Promise<void>,
): Promise<readonly Answered[]> {
  await pool.query(SLOW_COMMITS);
  await poll(async () => (await post(service.url, 'field1=0'))?.status === 200);
  const seen = new Set<string>();
  const answered: Answered[] = [];
  const send = async (query: string, value: number): Promise<boolean> => {
    const reply = await post(service.url, query);
    if (reply === undefined) return false;
    seen.add(reply.status === 200 ? '200' : `${reply.status} ${reply.text}`);
    if (reply.status === 200) answered.push({ entryId: Number(reply.text), value });
    return reply.status === 200;
  };
  const over = new AbortController();
  const boards = Array.from({ length: BOARDS }, async (_, board) => {
    for (let round = 0; !over.signal.aborted || round === 0; round += 1) {
      const value = 1_000 * (board + 1) + round;
      if (board % 3 === 0) await send(`field1=${value}`, value);
      else {
        const time = new Date(Date.UTC(2020, 0, 1) + 1000 * value).toISOString();
        while (!(await send(`field1=${value}&created_at=${time}`, value))) await pause(20);
      }
    }
  });
  await poll(() => answered.length >= BOARDS);
  await poll(async () => (await pool.query(COMMIT_UNDER_WAY)).rowCount! > 0);
  await freeze();
  const before = answered.length;
  await poll(() => answered.length >= before + BOARDS);
  over.abort();
  await Promise.all(boards);
  expect([...seen].filter((one) => one !== '200' && one !== '503 0')).toEqual([]);
  expect(service.logged.filter(({ msg }) => msg === 'a request failed')).toEqual([]);
  return answered;
}

async function expectAllStored(
  service: TestService,
  pool: Pool,
  answered: readonly Answered[],
): Promise<void> {
  const { rows } = await pool.query<{ id: number; value: number; own: boolean; readings: number }>(
    `SELECT entry_id::int AS id, (fields->>'1')::float8 AS value, has_own_time AS own,
       (SELECT count(*)::int FROM readings WHERE measured_at = created_at AND value = (fields->>'1')::float8) AS readings
     FROM channel_entries ORDER BY entry_id`,
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  expect(answered.filter(({ entryId, value }) => byId.get(entryId)?.value !== value)).toEqual([]);
  expect(rows.map(({ id }) => id)).toEqual(rows.map((_, index) => index + 1));
  expect(rows.filter(({ readings }) => readings !== 1)).toEqual([]);
  const named = rows.filter(({ own }) => own).map(({ value }) => value);
  expect(new Set(named).size).toBe(named.length);
  // Those are told, too, of whose commit nobody heard at the time.
  await poll(() => service.service.counters()['readings_written'] === rows.length);
}

/** `undefined`: the board has given up. */
async function post(url: string, query: string): Promise<{ status: number; text: string } | undefined> {
  try {
    const response = await fetch(`${url}/update?api_key=${WRITE_KEY}&${query}`, {
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return { status: response.status, text: await response.text() };
  } catch {
    return undefined;
  }
}
