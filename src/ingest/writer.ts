import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { isMissingPartition } from '../storage/failure.ts';
import { insertIsolating } from '../storage/isolate.ts';
import type { Partitions } from '../storage/partitions.ts';
import { insertReadings } from '../storage/readings-insert.ts';
import { insertRejected } from '../storage/rejected-insert.ts';
import type { SeriesCatalog } from '../storage/series-catalog.ts';
import { resolveRows, type Row, toColumns } from './rows.ts';
import { reject, type Submission } from './submission.ts';

/** Puts batches into Postgres. */
export interface Writer {
  /**
   * Resolves after the commit, with the rows that are new, in the order of the batch; the submissions know what
   * became of each. Every reading is then either in the table or among its submission's rejections, and those are
   * in `rejected_messages`.
   * @throws what the database reports, when it is a passing failure; then the whole batch is to be written again
   */
  write(batch: readonly Submission[]): Promise<readonly Row[]>;
}

export interface WriterParts {
  readonly pool: Pool;
  readonly catalog: SeriesCatalog;
  readonly partitions: Partitions;
  readonly log: Logger;
}

export function createWriter({ pool, catalog, partitions, log }: WriterParts): Writer {
  return {
    async write(batch) {
      batch.forEach(beginAnew);
      const rows = await resolveRows(batch, catalog);
      const stored = rows.length === 0 ? rows : await storeRows(rows);
      const rejected = batch.filter(({ rejections }) => rejections.length > 0);
      if (rejected.length > 0) await keepRejected(rejected);
      return stored;
    },
  };

  async function storeRows(rows: readonly Row[]): Promise<readonly Row[]> {
    await partitions.ensure(rows.map(({ measuredAt }) => measuredAt));
    let stored: readonly Row[] = [];
    const insert = async (some: readonly Row[]): Promise<void> => {
      const isNew = await insertReadings(pool, toColumns(some));
      for (const { submission } of some) submission.stored += 1;
      if (isNew !== 'all') {
        some.forEach(({ submission }, index) => (submission.duplicates += isNew.has(index) ? 0 : 1));
      }
      const added = isNew === 'all' ? some : some.filter((_, index) => isNew.has(index));
      stored = stored.length === 0 ? added : [...stored, ...added];
    };
    try {
      await insertIsolating(rows, insert, ({ series, submission }, message) => {
        reject(submission, { reason: 'refused-by-database', detail: `${series.metric}: ${message}` });
      });
    } catch (error) {
      if (isMissingPartition(error)) partitions.forget();
      throw error;
    }
    return stored;
  }

  async function keepRejected(rejected: readonly Submission[]): Promise<void> {
    await insertIsolating(
      rejected,
      (some) => insertRejected(pool, some),
      ({ message: { topic } }, reason) => {
        log.error({ topic, reason }, 'a rejected message could not be kept: the database refuses that, too');
      },
    );
  }
}

/** A batch may be written again after a failure half-way; what the first attempt counted does not hold. */
function beginAnew(submission: Submission): void {
  submission.stored = 0;
  submission.duplicates = 0;
  submission.rejections = submission.decoded.rejections;
}
