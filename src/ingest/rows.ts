import type { ReadingRow } from '../storage/readings-insert.ts';
import {
  createUnknownSeries,
  placeReading,
  type RefusedSeries,
  seriesKey,
} from '../storage/reading-series.ts';
import type { Series, SeriesCatalog, WantedSeries } from '../storage/series-catalog.ts';
import type { Reading, Rejection } from '../telemetry/reading.ts';
import { reject, type Submission } from './submission.ts';

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

/** What a batch is the first to name; see {@link createUnknownSeries}. */
export function findUnknownSeries(
  batch: readonly Submission[],
  catalog: SeriesCatalog,
): readonly WantedSeries[] {
  const unknown = createUnknownSeries(catalog);
  for (const { decoded } of batch) for (const reading of decoded.readings) unknown.note(reading);
  return unknown.all();
}

function resolveRow(reading: Reading, submission: Submission, catalog: SeriesCatalog): Row | Rejection {
  const placed = placeReading(reading, catalog);
  if ('reason' in placed) return placed;
  const { series, value } = placed;
  const { receivedAt, firstReceivedAt } = submission.message;
  const isRepeatable = reading.hasOwnTime || receivedAt !== firstReceivedAt;
  return {
    series,
    seriesId: series.id,
    measuredAt: reading.measuredAt,
    value,
    receivedAt,
    isRepeatable,
    submission,
  };
}
