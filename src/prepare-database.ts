import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { databaseUnreachable, StartError } from './start-error.ts';
import { isAway, reasonOf } from './storage/failure.ts';
import { type LatestRow, readLatest } from './storage/latest-query.ts';
import { DatabaseError, migrate } from './storage/migrate.ts';
import type { Connection } from './storage/pool.ts';
import { loadSeriesCatalog, type SeriesCatalog } from './storage/series-catalog.ts';

/** What is read from the database before the first reading is written. */
export interface Prepared {
  readonly catalog: SeriesCatalog;
  readonly latest: readonly LatestRow[];
}

export interface PrepareOptions {
  readonly connection: Connection;
  readonly pool: Pool;
  readonly isEmbedded: boolean;
  readonly log: Logger;
  /** Called once, when readings can be written. */
  readonly onReady: (prepared: Prepared) => void;
}

export interface Preparation {
  /** What keeps the database from being used, for a person; `undefined` when it is ready. */
  problem(): string | undefined;
  /** Resolves when the database is ready, which may be never. */
  readonly ready: Promise<void>;
  /** Gives up. */
  close(): void;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Brings the schema up to date and reads what ingest needs to know. When the database is away, or a migration fails, the
 * start goes on all the same, for stations should be able to deliver; it is then tried again until it succeeds.
 * @throws StartError, DatabaseError when waiting would not help: a wrong password, say, or too new a schema
 */
export async function prepareDatabase(options: PrepareOptions): Promise<Preparation> {
  const { log } = options;
  const closing = new AbortController();
  let problem: string | undefined;
  let resolveReady: () => void;
  const ready = new Promise<void>((resolve) => (resolveReady = resolve));
  const explain = (error: unknown): unknown =>
    options.isEmbedded || error instanceof DatabaseError ? error : databaseUnreachable(error);

  async function tryOnce(): Promise<void> {
    try {
      await migrate(options.connection, log);
      const catalog = await loadSeriesCatalog(options.pool);
      options.onReady({ catalog, latest: await readLatest(options.pool) });
      problem = undefined;
      resolveReady();
    } catch (error) {
      problem = reasonOf(explain(error));
      throw error;
    }
  }

  async function tryAgain(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (problem !== undefined && !closing.signal.aborted) {
      await pause(pauseMs, undefined, { signal: closing.signal }).catch(() => undefined);
      if (closing.signal.aborted) return;
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      try {
        await tryOnce();
        log.warn('the database is ready now');
      } catch (error) {
        const told = explain(error);
        log.error({ reason: reasonOf(told), hint: hintOf(told) }, 'the database is still not ready');
      }
    }
  }

  try {
    await tryOnce();
  } catch (error) {
    const told = options.isEmbedded || error instanceof DatabaseError ? error : databaseUnreachable(error);
    if (!mayPass(error)) throw told;
    log.error(
      { reason: reasonOf(told), hint: hintOf(told) },
      'the database is not ready; readings are kept in the spool until it is',
    );
    void tryAgain();
  }
  return { problem: () => problem, ready, close: () => closing.abort() };
}

function mayPass(error: unknown): boolean {
  return error instanceof DatabaseError ? error.code === 'migration-failed' : isAway(error);
}

function hintOf(error: unknown): string | undefined {
  return error instanceof DatabaseError || error instanceof StartError ? error.hint : undefined;
}
