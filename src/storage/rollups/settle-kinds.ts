import { metricKind } from '../../telemetry/metric-kind.ts';
import type { Queryable } from '../queryable.ts';
import { rolledKind, type RolledKind } from './kinds.ts';
import { inTransaction, type RollupWork } from './work.ts';

interface KnownSeries {
  readonly id: number;
  readonly metric: string;
  readonly unit: string | null;
  readonly kind: RolledKind | null;
}

// Marks are of a day at most. What has expired can't be made anew.
const MARK = `
  INSERT INTO rollup_marks (series_id, from_time, to_time)
  SELECT series_id, min(bucket), max(bucket) + interval '1 hour' - interval '1 microsecond'
  FROM rollups_hour JOIN series ON series.id = series_id
  WHERE series_id = $1 AND bucket >= raw_from
  GROUP BY series_id, date_bin('1 day', bucket, '2000-01-01Z')`;

/**
 * Notes what each series is to be rolled up as, and has those made anew that were rolled up as something else: after an update that knows
 * more names, and where a series was given another unit. Until then whoever reads such a series looks at its readings.
 * @throws what the database reports, or the reason of the signal
 */
export async function settleKinds(work: RollupWork): Promise<void> {
  for (const { id, kind } of await findUnsettled(work.session)) {
    const startedAt = performance.now();
    await inTransaction(work, async () => {
      await work.session.query({ text: 'UPDATE series SET kind = $2 WHERE id = $1', values: [id, kind] });
      await work.session.query({ text: MARK, values: [id] });
    });
    await work.rest(performance.now() - startedAt);
  }
}

async function findUnsettled(
  database: Queryable,
): Promise<readonly { readonly id: number; readonly kind: RolledKind | null }[]> {
  const { rows } = await database.query<KnownSeries & object>({
    text: 'SELECT id, metric, unit, kind FROM series ORDER BY id',
  });
  return rows.flatMap(({ id, metric, unit, kind: known }) => {
    const kind = rolledKind(metricKind(metric, unit));
    return kind === known ? [] : [{ id, kind }];
  });
}
