import { insertIsolating, type IsolateOptions } from '../storage/isolate.ts';
import type { ReadingRow } from '../storage/readings-insert.ts';
import type { Series, SeriesCatalog, WantedSeries } from '../storage/series-catalog.ts';
import { quote } from '../telemetry/quote.ts';
import type { Reading, Rejection } from '../telemetry/reading.ts';
import { convertUnit, defaultUnit } from '../telemetry/units.ts';
import { reject, type Submission } from './submission.ts';

/** Most metrics that one station may have: a station that puts a counter into its metrics' names stops here. */
export const MAX_METRICS_PER_STATION = 200;

/** One reading of a batch as it goes to the table. */
export interface Row extends ReadingRow {
  readonly series: Series;
  /**
   * Whether it can be a repetition of what is stored: it has a time of its own, or its message came again. Any other
   * reading is new, even if its time of receipt and its value are those of a stored one.
   */
  readonly isRepeatable: boolean;
  readonly submission: Submission;
}

/** Series that the database has refused to make, by {@link seriesKey}. */
export type RefusedSeries = ReadonlyMap<string, Rejection>;

/**
 * Turns the readings of a batch into rows. What has no row (a metric too many, a unit that measures something else, a
 * series that the database refused) is added to its submission's rejections.
 */
export function resolveRows(
  batch: readonly Submission[],
  catalog: SeriesCatalog,
  refused?: RefusedSeries,
): readonly Row[] {
  const rows: Row[] = [];
  for (const submission of batch) {
    if (submission.entry === 'refused') continue;
    for (const reading of submission.decoded.readings) {
      const row = resolveRow(reading, submission, catalog);
      if (!('reason' in row)) rows.push(row);
      else reject(submission, refused?.get(seriesKey(reading)) ?? row);
    }
  }
  return rows;
}

/**
 * Makes the series that a batch is the first to name.
 * @returns those that the database refused, for {@link resolveRows}
 * @throws what the database reports, when it is a passing failure
 */
export async function makeSeries(
  unknown: readonly WantedSeries[],
  catalog: SeriesCatalog,
  options?: IsolateOptions,
): Promise<RefusedSeries> {
  const refused = new Map<string, Rejection>();
  await insertIsolating(
    unknown,
    (series) => catalog.ensure(series),
    (series, message) => {
      const detail = `${series.metric}: ${message}`;
      refused.set(seriesKey(series), { reason: 'refused-by-database', detail });
    },
    options,
  );
  return refused;
}

/** Series to be made, or to be given the unit that a reading names first; within the limit for each station. */
export function findUnknownSeries(
  batch: readonly Submission[],
  catalog: SeriesCatalog,
): readonly WantedSeries[] {
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
  const value = unit === undefined ? reading.value : inUnit(reading.value, unit, series.unit);
  if (value !== undefined) {
    return { series, seriesId: series.id, measuredAt, value, receivedAt, isRepeatable, submission };
  }
  return {
    reason: 'unit-mismatch',
    detail: `${metric}: ${quote(unit ?? '')} can't be converted to ${quote(series.unit ?? '')}, which this series is kept in`,
  };
}

/** `undefined` if one unit can't be converted to the other. */
function inUnit(value: number, from: string, to: string | null): number | undefined {
  if (from === to) return value;
  const converted = to === null ? undefined : convertUnit(value, from, to);
  return converted !== undefined && Number.isFinite(converted) ? converted : undefined;
}

function seriesKey({ station, metric }: { readonly station: string; readonly metric: string }): string {
  return `${station}/${metric}`;
}
