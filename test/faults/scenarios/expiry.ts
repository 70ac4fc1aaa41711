import { Pool } from 'pg';
import { killEmbedded } from '../../support/embedded-postgres.ts';
import { pauseBetween, until } from '../../support/until.ts';
import { timedFrom, usualStations } from '../support/messages.ts';
import { databaseBytes, fillOldMonths, findWrong, growTo } from '../support/old-months.ts';
import type { Scenario } from '../support/scenario.ts';
import { eachRound, type Stage } from '../support/stage.ts';
import { embeddedSubject, startTrial } from '../support/trial.ts';

const ROUNDS = { short: 3, full: 40 };
const MOST_BYTES = 100_000_000;
/** In months, beyond the size that is allowed: two of them go. */
const TOO_MUCH = 1.5;
/** The service looks after months a second after its start. */
const AFTER_START_MS = [800, 2_500] as const;
const DRAIN_LIMIT_MS = 30_000;
const REACHED_LIMIT_MS = 60_000;

/** Stations publish for now, and one for a month that is over and stays. */
export const expireKilled: Scenario = {
  name: 'expire-killed',
  about:
    'kill -9 of the service, also with its PostgreSQL, while it drops months for MAX_DATABASE_SIZE under load',
  async run(stage) {
    const subject = await embeddedSubject(stage);
    const env = { ...subject.env, MAX_DATABASE_SIZE: String(MOST_BYTES) };
    const trial = await startTrial(stage, { ...subject, env });
    const database = async <T>(work: (pool: Pool) => Promise<T>): Promise<T> => {
      const pool = new Pool({ ...subject.connection, max: 1 });
      pool.on('error', () => undefined);
      try {
        return await work(pool);
      } finally {
        await pool.end();
      }
    };
    const old = await database(async (pool) => {
      const filled = await fillOldMonths(pool, 2 * mostRounds(stage) + 2);
      await growTo(pool, MOST_BYTES);
      return filled;
    });
    const load = trial.publish({
      stations: [...usualStations(), timedFrom(Date.parse(`${old.months.at(-1)}-02T00:00Z`))],
    });
    const rounds = await eachRound(stage, ROUNDS, async (round) => {
      await trial.untilAcknowledging();
      const growing = database((pool) => growTo(pool, MOST_BYTES + TOO_MUCH * old.bytes));
      await Promise.all([growing, pauseBetween(...AFTER_START_MS)]);
      if (round % 2 === 0) await Promise.all([killEmbedded(subject.dataDir), trial.service.kill()]);
      else await trial.service.kill();
      await trial.service.start();
    });
    await load.drain(DRAIN_LIMIT_MS);
    await trial.untilSpoolEmpty();
    // It looks at each start.
    await trial.service.kill();
    await trial.service.start();
    const isReached = (): Promise<boolean> =>
      database(async (pool) => (await databaseBytes(pool)) <= MOST_BYTES);
    const failures: string[] = [];
    await until('the database was small enough', REACHED_LIMIT_MS, isReached).catch((error: unknown) =>
      failures.push(String(error)),
    );
    failures.push(...(await database((pool) => findWrong(pool, old))));
    const notes = await database(async (pool) => {
      const { rows } = await pool.query<{ months: number }>(
        'SELECT count(*)::int AS months FROM dropped_partitions',
      );
      return [`${rows[0]!.months} of ${old.months.length} months were dropped`];
    });
    return trial.finish({ rounds, failures, notes, mayRepeat: true });
  },
};

function mostRounds({ form, wantedRounds }: Stage): number {
  return wantedRounds ?? ROUNDS[form];
}
