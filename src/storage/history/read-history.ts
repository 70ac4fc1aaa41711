import type { Pool, PoolClient } from 'pg';
import { type BucketWidth, chooseBucketWidth, countBuckets } from '../../telemetry/bucket-width.ts';
import type { Span } from '../../telemetry/spans.ts';
import { inSnapshot } from '../transaction.ts';
import { readExtents, type SeriesExtent } from './extent.ts';
import type { HistoryBucket } from './history-bucket.ts';
import { type Calendar, hasExpired, planSeries, spanOf } from './plan-series.ts';
import { readByKind } from './read-by-kind.ts';
import { readRaw } from './read-raw.ts';

/** Of each series, and of all series together. */
const MOST_BUCKETS = { each: 10_000, all: 100_000 } as const;
/** Readings that buckets of less than an hour may be made of: when we choose the width, and when it was asked for. */
const MOST_READINGS = { chosen: 200_000, asked: 2_000_000 } as const;
const HOUR_S = 3600;

export interface HistoryRequest extends Calendar {
  readonly seriesIds: readonly number[];
  readonly asked: Span;
  /** About how many buckets, or how wide. */
  readonly width: { readonly points: number } | { readonly every: BucketWidth };
}

export type History =
  | {
      readonly kind: 'found';
      /** `raw`: each bucket is one reading. */
      readonly width: BucketWidth | 'raw';
      /** By series; those without any readings have none. */
      readonly buckets: ReadonlyMap<number, readonly HistoryBucket[]>;
    }
  | {
      /** More buckets than there may be, or of more readings than may be looked at. */
      readonly kind: 'too-many-buckets' | 'too-many-readings';
      readonly limit: number;
      readonly wouldDo: BucketWidth;
    };

/**
 * The history of series in a stretch, all with the same buckets; what has come last is part of it, rolled up or not.
 * @throws what the database reports
 */
export function readHistory(pool: Pick<Pool, 'connect'>, request: HistoryRequest): Promise<History> {
  // While they run, roll-ups are made and marks go away.
  return inSnapshot(pool, (client) => readWithin(client, request));
}

async function readWithin(client: PoolClient, request: HistoryRequest): Promise<History> {
  const { seriesIds, asked, width } = request;
  const extents = await readExtents(client, seriesIds, asked, hoursToCount(width));
  const span = spanOf(extents.series);
  if (span === undefined) {
    const unused = 'every' in width ? width.every : chooseBucketWidth(asked.to - asked.from, width.points);
    return { kind: 'found', width: unused, buckets: new Map() };
  }
  if ('points' in width) {
    const raw = await readRawUnlessMore(client, extents.series, asked, width.points);
    if (raw !== undefined) return { kind: 'found', width: 'raw', buckets: raw };
  }
  const chosen = chooseWidth(width, extents.series, span.to - span.from);
  if ('kind' in chosen) return chosen;
  const { planned, buckets } = planSeries(extents, span, chosen, request);
  return { kind: 'found', width: chosen, buckets: await readByKind(client, planned, buckets) };
}

/** As many as tell whether there are more readings than points, or, for narrow buckets, how many there are. */
function hoursToCount(width: HistoryRequest['width']): number {
  if ('points' in width) return width.points + 1;
  return width.every.seconds < HOUR_S ? MOST_BUCKETS.each : 0;
}

/** Readings as buckets, if no series has more than so many. */
async function readRawUnlessMore(
  client: PoolClient,
  series: readonly SeriesExtent[],
  asked: Span,
  most: number,
): Promise<ReadonlyMap<number, readonly HistoryBucket[]> | undefined> {
  if (series.some((each) => hasExpired(each) || hasSurelyMore(each, most))) return undefined;
  const bySeries = new Map<number, readonly HistoryBucket[]>();
  for (const each of series) {
    const buckets = await readRaw(client, each, asked, most);
    if (buckets === undefined) return undefined;
    if (buckets.length > 0) bySeries.set(each.seriesId, buckets);
  }
  return bySeries;
}

function hasSurelyMore({ readings, rolledUp }: SeriesExtent, most: number): boolean {
  // Where roll-ups are out of date, so is what they count.
  return rolledUp.marks.length === 0 && readings > most;
}

function chooseWidth(
  width: HistoryRequest['width'],
  series: readonly SeriesExtent[],
  span: number,
): BucketWidth | Exclude<History, { kind: 'found' }> {
  const readings = series.reduce((sum, each) => sum + each.readings, 0);
  if ('points' in width) {
    const atLeast = series.some(hasExpired) || readings > MOST_READINGS.chosen ? HOUR_S : 0;
    return chooseBucketWidth(span, width.points, atLeast);
  }
  const { every } = width;
  const limit = Math.min(MOST_BUCKETS.each, Math.floor(MOST_BUCKETS.all / series.length));
  if (countBuckets(span, every) > limit) {
    return { kind: 'too-many-buckets', limit, wouldDo: chooseBucketWidth(span, limit) };
  }
  if (every.seconds < HOUR_S && readings > MOST_READINGS.asked) {
    const wouldDo = chooseBucketWidth(span, limit, HOUR_S);
    return { kind: 'too-many-readings', limit: MOST_READINGS.asked, wouldDo };
  }
  return every;
}
