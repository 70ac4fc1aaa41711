import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Stations } from './live/stations.ts';
import type { Preparation } from './prepare-database.ts';
import type { Releasers } from './releasers.ts';
import { waitAtMost } from './start-patience.ts';
import { reasonOf } from './storage/failure.ts';
import { readRecent } from './storage/recent-query.ts';
import type { Micros } from './telemetry/reading.ts';

export interface RestoreDaysNeeds {
  readonly pool: Pool;
  readonly stations: Pick<Stations, 'restoreDay'>;
  readonly preparation: Pick<Preparation, 'problem' | 'ready'>;
  readonly now: () => Micros;
  readonly log: Logger;
  /** How long a start waits for it. */
  readonly patienceMs: number;
}

/** The longest day that pages tell of, and an hour. */
const SPAN: Micros = 26 * 3600 * 1_000_000;
const RETRY_MS = 30_000;

export interface RestoredDays {
  /** Resolves when they are known, or after a short while. */
  readonly known: Promise<void>;
  /** Reads them once more, for others have stored readings. */
  again(): void;
}

/** Reads the last day of every series once the database is ready, beside everything else. */
export function restoreDays(needs: RestoreDaysNeeds, releasers: Releasers): RestoredDays {
  const closing = new AbortController();
  const isReady = needs.preparation.problem() === undefined;
  const restored = needs.preparation.ready.then(() => restoreUntilDone(needs, closing.signal));
  let running: Promise<void> | undefined;
  void needs.preparation.ready.then(() => (running = restored));
  releasers.push(async () => {
    closing.abort();
    await running;
  });
  const known = new AbortController();
  void restored.then(() => known.abort());
  return {
    known: isReady ? waitAtMost(needs.patienceMs, known.signal) : Promise.resolve(),
    again: () => void (running = (running ?? restored).then(() => restoreUntilDone(needs, closing.signal))),
  };
}

async function restoreUntilDone(needs: RestoreDaysNeeds, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const rows of readRecent(needs.pool, needs.now() - SPAN)) {
        if (signal.aborted) return;
        needs.stations.restoreDay(rows);
      }
      return;
    } catch (error) {
      if (signal.aborted) return;
      needs.log.warn(
        { reason: reasonOf(error) },
        'the last day could not be read for the pages; trying again',
      );
      await pause(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
