import { insertIsolating } from '../storage/isolate.ts';
import type { ReadingColumns } from '../storage/readings-insert.ts';
import type { Series, SeriesCatalog, WantedSeries } from '../storage/series-catalog.ts';
import { quote } from '../telemetry/quote.ts';
import type { Micros, Reading, Rejection } from '../telemetry/reading.ts';
import { convertUnit, defaultUnit } from '../telemetry/units.ts';
import { reject, type Submission } from './submission.ts';

/** Most metrics that one station may have: a station that puts a counter into its metrics' names stops here. */
export const MAX_METRICS_PER_STATION = 200;

/** One reading of a batch as it goes to the table. */
export interface Row {
  readonly series: Series;
  readonly measuredAt: Micros;
  /** In the series' unit. */
  readonly value: number;
  /**
   * Whether it can be a repetition of what is stored: it has a time of its own, or its message came again. Any other
   * reading is new, even if its time of receipt and its value are those of a stored one.
   */
  readonly isRepeatable: boolean;
  readonly submission: Submission;
}

/**
 * Turns the readings of a batch into rows, making series on first sight. What has no row (a metric too many, a unit
 * that measures something else) is added to its submission's rejections.
 * @throws what the database reports while series are made, when it is a passing failure
 */
export async function resolveRows(
  batch: readonly Submission[],
  catalog: SeriesCatalog,
): Promise<readonly Row[]> {
  const refused = await makeUnknownSeries(batch, catalog);
  const rows: Row[] = [];
  for (const submission of batch) {
    for (const reading of submission.decoded.readings) {
      const row = resolveRow(reading, submission, catalog);
      if (!('reason' in row)) rows.push(row);
      else reject(submission, refused.get(seriesKey(reading)) ?? row);
    }
  }
  return rows;
}

export function toColumns(rows: readonly Row[]): ReadingColumns {
  return {
    seriesIds: rows.map(({ series }) => series.id),
    measuredAt: rows.map(({ measuredAt }) => measuredAt),
    values: rows.map(({ value }) => value),
    receivedAt: rows.map(({ submission }) => submission.message.receivedAt),
  };
}

/** Returns those that the database refused, by {@link seriesKey}. */
async function makeUnknownSeries(
  batch: readonly Submission[],
  catalog: SeriesCatalog,
): Promise<ReadonlyMap<string, Rejection>> {
  const refused = new Map<string, Rejection>();
  const unknown = findUnknownSeries(batch, catalog);
  if (unknown.length === 0) return refused;
  await insertIsolating(
    unknown,
    (series) => catalog.ensure(series),
    (series, message) => {
      const detail = `${series.metric}: ${message}`;
      refused.set(seriesKey(series), { reason: 'refused-by-database', detail });
    },
  );
  return refused;
}

/** Series to be made, or to be given the unit that a reading names first; within the limit for each station. */
function findUnknownSeries(batch: readonly Submission[], catalog: SeriesCatalog): readonly WantedSeries[] {
  const wanted = new Map<string, WantedSeries>();
  const added = new Map<string, number>();
  for (const { decoded } of batch) {
    for (const { station, metric, unit } of decoded.readings) {
      const series = catalog.find(station, metric);
      if (series !== undefined && (series.unit !== null || unit === undefined)) continue;
      const key = seriesKey({ station, metric });
      if (wanted.has(key)) continue;
      if (series === undefined) {
        const more = (added.get(station) ?? 0) + 1;
        if (catalog.metricCount(station) + more > MAX_METRICS_PER_STATION) continue;
        added.set(station, more);
      }
      wanted.set(key, { station, metric, unit: unit ?? defaultUnit(metric) });
    }
  }
  return [...wanted.values()];
}

function resolveRow(reading: Reading, submission: Submission, catalog: SeriesCatalog): Row | Rejection {
  const { station, metric, unit, measuredAt } = reading;
  const series = catalog.find(station, metric);
  if (series === undefined) {
    const detail = `${quote(metric)} would be the station's metric number ${MAX_METRICS_PER_STATION + 1}`;
    return { reason: 'too-many-metrics', detail };
  }
  const { receivedAt, firstReceivedAt } = submission.message;
  const isRepeatable = reading.hasOwnTime || receivedAt !== firstReceivedAt;
  if (unit === undefined || unit === series.unit) {
    return { series, measuredAt, value: reading.value, isRepeatable, submission };
  }
  const value = series.unit === null ? undefined : convertUnit(reading.value, unit, series.unit);
  if (value !== undefined && Number.isFinite(value)) {
    return { series, measuredAt, value, isRepeatable, submission };
  }
  return {
    reason: 'unit-mismatch',
    detail: `${metric}: ${quote(unit)} can't be converted to ${quote(series.unit ?? '')}, which this series is kept in`,
  };
}

function seriesKey({ station, metric }: { readonly station: string; readonly metric: string }): string {
  return `${station}/${metric}`;
}
