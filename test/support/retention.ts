import { Client } from 'pg';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { expire, type RetentionTimes } from '../../src/retention/expire.ts';
import { type Expired, type ExpiryWork, newExpired } from '../../src/retention/work.ts';
import type { Queryable } from '../../src/storage/queryable.ts';
import { rebuildRollups } from '../../src/storage/rollups/rebuild.ts';
import { runRollups } from '../../src/storage/rollups/run.ts';
import { createPace, newDone, prepareSession, type RollupWork } from '../../src/storage/rollups/work.ts';
import { type Duration, parseDuration } from '../../src/telemetry/duration.ts';
import { createLocalDays } from '../../src/telemetry/local-days.ts';
import type { Micros } from '../../src/telemetry/reading.ts';
import type { TestDatabase } from './database.ts';
import { poll } from './poll.ts';

/** The work of the maintenance worker, one step at a time, at times that a test chooses. */
export interface TestMaintenance {
  /** Rolls up what is complete, and mends what was marked. */
  roll(now: Micros): Promise<void>;
  /** Makes all roll-ups anew. */
  rebuild(now: Micros): Promise<void>;
  /** Lets go what is due. */
  expire(now: Micros, times: Partial<RetentionTimes>): Promise<Expired>;
  /** What the functions of retention are given. */
  work(now: Micros): ExpiryWork;
  close(): Promise<void>;
}

const SILENT = pino({ level: 'silent' });

/** Puts something between the work and its session. */
export type Between = (session: Queryable) => Queryable;

/** {@link createMaintenance}, closed when the test ends. */
export async function useMaintenance(
  database: TestDatabase,
  timeZone = 'UTC',
  between?: Between,
): Promise<TestMaintenance> {
  const maintenance = await createMaintenance(database, timeZone, between);
  onTestFinished(() => maintenance.close());
  return maintenance;
}

export async function createMaintenance(
  { connection }: TestDatabase,
  timeZone: string,
  between: Between = (session) => session,
): Promise<TestMaintenance> {
  const client = new Client(connection);
  client.on('error', () => {});
  await client.connect();
  const session = between(client);
  await prepareSession(session);
  const signal = new AbortController().signal;
  const common = { session, signal, rest: async () => {} };
  const work = (now: Micros): ExpiryWork => ({
    ...common,
    days: createLocalDays(timeZone),
    now,
    log: SILENT,
    done: newExpired(),
    waiting: [],
    isOverTime: () => false,
  });
  const zone = { wanted: timeZone, isInsistedOn: true };
  const rollupWorkAt = (now: Micros): RollupWork => ({
    ...common,
    pace: createPace(),
    done: newDone(),
    now: () => now,
  });
  return {
    rebuild: (now) => rebuildRollups(rollupWorkAt(now), zone),
    async roll(now) {
      const rollupWork = rollupWorkAt(now);
      // Hours wait for transactions of other tests, too, which have the same server.
      await poll(async () => !(await runRollups(rollupWork, zone)).isWaiting);
    },
    async expire(now, times) {
      const todo = work(now);
      await expire(todo, { raw: 'forever', rollups: 'forever', rejected: 'forever', ...times });
      return todo.done;
    },
    work,
    close: () => client.end(),
  };
}

/** @throws when it is none */
export function duration(text: string): Duration {
  const parsed = parseDuration(text);
  if (parsed === undefined) throw new Error(`${text} is no duration`);
  return parsed;
}
