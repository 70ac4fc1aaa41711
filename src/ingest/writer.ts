import type { Logger } from 'pino';
import { isMissingPartition } from '../storage/failure.ts';
import { insertIsolating } from '../storage/isolate.ts';
import type { Partitions } from '../storage/partitions.ts';
import { findOurs, insertReadings } from '../storage/readings-insert.ts';
import type { Queryable } from '../storage/queryable.ts';
import { insertRejected } from '../storage/rejected-insert.ts';
import type { SeriesCatalog } from '../storage/series-catalog.ts';
import { findUnknownSeries, makeSeries, type RefusedSeries, resolveRows, type Row } from './rows.ts';
import { reject, type Submission } from './submission.ts';

/** Puts batches into Postgres. */
export interface Writer {
  /**
   * Resolves after the commit, with the rows that are new, in the order of the batch; the submissions know what
   * became of each. Every reading is then either in the table or among its submission's rejections, and those are
   * in `rejected_messages`.
   * @param isRetry whether an earlier attempt failed: it may have stored a part, or all of it
   * @throws what the database reports, when it is a passing failure; then the whole batch is to be written again
   */
  write(batch: readonly Submission[], isRetry: boolean): Promise<readonly Row[]>;
}

export interface WriterParts {
  readonly database: Queryable;
  readonly catalog: SeriesCatalog;
  readonly partitions: Partitions;
  readonly log: Logger;
}

export function createWriter({ database, catalog, partitions, log }: WriterParts): Writer {
  let making: Promise<unknown> = Promise.resolve();

  return {
    async write(batch, isRetry) {
      batch.forEach(beginAnew);
      // Nothing is awaited that need not be: the statement is to leave in the tick in which the batch was closed.
      const isKnown = findUnknownSeries(batch, catalog).length === 0;
      const refused = isKnown ? undefined : await (making = makeInTurn(batch, making));
      const rows = resolveRows(batch, catalog, refused);
      const stored = rows.length === 0 ? rows : await storeRows(rows, isRetry);
      const rejected = batch.filter(({ rejections }) => rejections.length > 0);
      if (rejected.length > 0) await keepRejected(rejected, isRetry);
      return stored;
    },
  };

  /** After the batch before has made its own: both count how many metrics a station has. */
  async function makeInTurn(batch: readonly Submission[], before: Promise<unknown>): Promise<RefusedSeries> {
    await before.catch(() => undefined);
    return makeSeries(findUnknownSeries(batch, catalog), catalog);
  }

  async function storeRows(rows: readonly Row[], isRetry: boolean, shift = 1): Promise<readonly Row[]> {
    const missing = partitions.missing(rows);
    if (missing.length > 0) await partitions.create(missing);
    // Looked for before the insert, after which rows of this attempt would be found, too.
    const ours = isRetry ? await findOurs(database, rows) : undefined;
    const stored = new Set(ours && rows.filter((_, index) => ours.has(index)));
    const notNew = new Set<Row>();
    const collided: Row[] = [];
    const insert = async (some: readonly Row[]): Promise<void> => {
      const inserted = await insertReadings(database, some);
      for (const [index, row] of some.entries()) {
        if (inserted === 'all' || inserted.has(index) || stored.has(row)) {
          row.submission.stored += 1;
          continue;
        }
        notNew.add(row);
        if (row.isRepeatable) countDuplicate(row.submission);
        else collided.push({ ...row, measuredAt: row.measuredAt + shift });
      }
    };
    try {
      await insertIsolating(rows, insert, (row, message) => {
        const detail = `${row.series.metric}: ${message}`;
        reject(row.submission, { reason: 'refused-by-database', detail });
        notNew.add(row);
      });
    } catch (error) {
      if (isMissingPartition(error)) partitions.forget();
      throw error;
    }
    if (notNew.size === 0) return rows;
    const added = rows.filter((row) => !notNew.has(row));
    if (collided.length === 0) return added;
    // After a step back of the clock, or beside another service, a time of receipt may be taken already, and so may the
    // microseconds behind it: the step is doubled until all have found a free one.
    return [...added, ...(await storeRows(collided, isRetry, shift * 2))];
  }

  async function keepRejected(rejected: readonly Submission[], isRetry: boolean): Promise<void> {
    await insertIsolating(
      rejected,
      (some) => insertRejected(database, some, isRetry),
      ({ message: { topic } }, reason) => {
        log.error({ topic, reason }, 'a rejected message could not be kept: the database refuses that, too');
      },
    );
  }
}

function countDuplicate(submission: Submission): void {
  submission.stored += 1;
  submission.duplicates += 1;
}

/** A batch may be written again after a failure half-way; what the first attempt counted does not hold. */
function beginAnew(submission: Submission): void {
  submission.stored = 0;
  submission.duplicates = 0;
  submission.rejections = submission.decoded.rejections;
}
