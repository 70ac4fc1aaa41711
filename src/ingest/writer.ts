import type { Logger } from 'pino';
import { isMissingPartition, isSeriesRemoved } from '../storage/failure.ts';
import { insertIsolating } from '../storage/isolate.ts';
import type { Partitions } from '../storage/partitions.ts';
import { findOurs, insertReadings } from '../storage/readings-insert.ts';
import type { Queryable } from '../storage/queryable.ts';
import { insertRejected } from '../storage/rejected-insert.ts';
import { makeSeries, type RefusedSeries } from '../storage/reading-series.ts';
import type { SeriesCatalog } from '../storage/series-catalog.ts';
import { makePartitions } from './partitioning.ts';
import { findUnknownSeries, resolveRows, type Row } from './rows.ts';
import { isRedelivery, reject, type Submission } from './submission.ts';
import { insertUpdates, type StoreUpdates } from './updates.ts';

/** One go at writing a batch. */
export interface Attempt {
  /** Whether an earlier one failed, or this one has begun anew: a part may be stored already, or all of it. */
  isRetry: boolean;
  /** Set when somebody else sees to the batch now: a step that has not been taken yet is not taken any more. */
  isAbandoned: boolean;
  /**
   * Whether a row may be refused for good although the database's reason says nothing of the data, while it takes
   * others.
   */
  readonly isolatesUnknown?: boolean;
  /** What to write over in place of the writer's own connection: a transaction that somebody else commits. */
  readonly transaction?: Queryable;
}

/** Puts batches into Postgres. */
export interface Writer {
  /**
   * Resolves after the commit, with the rows that are new, in the order of the batch; the submissions know what
   * became of each. Every reading is then either in the table or among its submission's rejections, and those are
   * in `rejected_messages`.
   * @throws what the database reports, when it is a passing failure; then the whole batch is to be written again
   */
  write(batch: readonly Submission[], attempt: Attempt): Promise<readonly Row[]>;
}

export interface WriterParts {
  readonly database: Queryable;
  readonly catalog: SeriesCatalog;
  readonly partitions: Partitions;
  readonly storeUpdates: StoreUpdates;
  readonly log: Logger;
}

/** A station is not removed as often as that while one batch is written. */
const MOST_REMOVALS = 20;

export function createWriter({ database, catalog, partitions, storeUpdates, log }: WriterParts): Writer {
  let making: Promise<unknown> = Promise.resolve();
  let updating: Promise<unknown> = Promise.resolve();

  return {
    async write(batch, attempt) {
      for (let removals = 1; ; removals += 1) {
        try {
          return await writeOnce(batch, attempt);
        } catch (error) {
          if (!isSeriesRemoved(error) || removals > MOST_REMOVALS) throw error;
          // A transaction is begun anew by whoever commits it, and what is abandoned is somebody else's.
          if (attempt.transaction !== undefined || attempt.isAbandoned) throw error;
          attempt.isRetry = true;
        }
      }
    },
  };

  async function writeOnce(batch: readonly Submission[], attempt: Attempt): Promise<readonly Row[]> {
    batch.forEach(beginAnew);
    // Nothing is awaited that need not be: the statement is to leave in the tick in which the batch was closed.
    const updates = batch.filter(({ decoded }) => decoded.update !== undefined);
    if (updates.length > 0) await (updating = updateInTurn(updates, attempt, updating));
    const isKnown = findUnknownSeries(batch, catalog).length === 0;
    const refused = isKnown ? undefined : await (making = makeInTurn(batch, attempt, making));
    const rows = resolveRows(batch, catalog, refused);
    const stored = rows.length === 0 ? rows : await storeRows(rows, attempt);
    const rejected = batch.filter(({ rejections }) => rejections.length > 0);
    if (rejected.length > 0) await keepRejected(rejected, attempt);
    return stored;
  }

  /** After the batch before has made its own: both count how many metrics a station has. */
  async function makeInTurn(
    batch: readonly Submission[],
    attempt: Attempt,
    before: Promise<unknown>,
  ): Promise<RefusedSeries> {
    await before.catch(() => undefined);
    return makeSeries(() => findUnknownSeries(batch, catalog), catalog, attempt);
  }

  /** After the batch before, or its entries might get the higher numbers. */
  async function updateInTurn(
    updates: readonly Submission[],
    attempt: Attempt,
    before: Promise<unknown>,
  ): Promise<void> {
    await before.catch(() => undefined);
    const store: StoreUpdates = (some) => {
      goOn(attempt);
      return storeUpdates(some);
    };
    await insertUpdates(updates, store, attempt);
  }

  async function storeRows(all: readonly Row[], attempt: Attempt, shift = 1): Promise<readonly Row[]> {
    const missing = partitions.missing(all);
    const rows = missing.length === 0 ? all : await makePartitions(all, missing, partitions, attempt);
    if (rows.length === 0) return rows;
    // Looked for before the insert, after which rows of this attempt would be found, too.
    const over = attempt.transaction ?? database;
    const ours = attempt.isRetry ? await findOurs(over, rows) : undefined;
    const stored = new Set(ours && rows.filter((_, index) => ours.has(index)));
    const notNew = new Set<Row>();
    const taken: Row[] = [];
    const insert = async (some: readonly Row[]): Promise<void> => {
      goOn(attempt);
      const inserted = await insertReadings(over, some);
      goOn(attempt);
      for (const [index, row] of some.entries()) {
        if (inserted === 'all' || inserted.has(index) || stored.has(row)) row.submission.stored += 1;
        else if (row.isRepeatable) {
          countDuplicate(row.submission);
          notNew.add(row);
        } else taken.push(row);
      }
    };
    const refuse = (row: Row, message: string): void => {
      const detail = `${row.series.metric}: ${message}`;
      reject(row.submission, { reason: 'refused-by-database', detail });
      notNew.add(row);
    };
    try {
      await insertIsolating(rows, insert, refuse, attempt);
    } catch (error) {
      if (isMissingPartition(error)) partitions.forget();
      if (isSeriesRemoved(error)) await catalog.refresh();
      throw error;
    }
    const moved = taken.length === 0 ? [] : await storeBeside(taken, notNew, attempt, shift);
    if (notNew.size === 0) return rows;
    return [...rows.filter((row) => !notNew.has(row)), ...moved];
  }

  /**
   * For readings without a time of their own whose key is taken. After a step back of the clock, or beside another service,
   * the time of receipt may be taken already, and so may the microseconds behind it: the step is doubled until all have
   * found a free one.
   * @param notNew those that are stored at another time than their own are added
   * @returns these, as they are stored
   */
  async function storeBeside(
    taken: readonly Row[],
    notNew: Set<Row>,
    attempt: Attempt,
    shift: number,
  ): Promise<readonly Row[]> {
    // What an earlier attempt had sent may have been committed only while this one waited for it.
    const ours = attempt.isRetry ? await findOurs(attempt.transaction ?? database, taken) : undefined;
    const others = taken.filter((_, index) => ours?.has(index) !== true);
    for (const [index, { submission }] of taken.entries()) if (ours?.has(index)) submission.stored += 1;
    for (const row of others) notNew.add(row);
    if (others.length === 0) return [];
    const moved = others.map((row) => ({ ...row, measuredAt: row.measuredAt + shift }));
    return storeRows(moved, attempt, shift * 2);
  }

  async function keepRejected(rejected: readonly Submission[], attempt: Attempt): Promise<void> {
    await insertIsolating(
      rejected,
      (some) => {
        goOn(attempt);
        const isRepeated = attempt.isRetry || some.some(isRedelivery);
        return insertRejected(attempt.transaction ?? database, some, isRepeated);
      },
      ({ message: { topic } }, reason) => {
        log.error({ topic, reason }, 'a rejected message could not be kept: the database refuses that, too');
      },
      attempt,
    );
  }
}

/** @throws when the attempt was abandoned */
function goOn({ isAbandoned }: Attempt): void {
  if (isAbandoned) throw new Error('somebody else writes this batch now');
}

function countDuplicate(submission: Submission): void {
  submission.stored += 1;
  submission.duplicates += 1;
}

/** A batch may be written again after a failure half-way; what the first attempt counted does not hold. */
function beginAnew(submission: Submission): void {
  submission.stored = 0;
  submission.duplicates = 0;
  submission.entry = null;
  submission.rejections = submission.decoded.rejections;
}
