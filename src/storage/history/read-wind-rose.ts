import type { Pool, PoolClient } from 'pg';
import { type BucketWidth, bucketWidthNamed, countBuckets } from '../../telemetry/bucket-width.ts';
import type { Span } from '../../telemetry/spans.ts';
import type { RoseCell } from '../../telemetry/wind-rose.ts';
import { inSnapshot } from '../transaction.ts';
import { readExtents, type SeriesExtent } from './extent.ts';
import { type Calendar, hasExpired, planSeries, spanOf } from './plan-series.ts';
import type { PlannedSeries } from './read-by-kind.ts';
import type { SeriesSegment } from './segment-parts.ts';
import { readRoseCells } from './wind-rose-query.ts';

/** Wind is what it is over ten minutes (WMO-No. 8, chapter on surface wind). Of these so many, of so many readings. */
const NARROW = { width: bucketWidthNamed('10m')!, mostBuckets: 10_000, mostReadings: 200_000 } as const;
/** Five and a half years; beyond, days, of which a person does not live to see as many. */
const HOURS = { width: bucketWidthNamed('1h')!, mostBuckets: 50_000 } as const;
const DAYS = bucketWidthNamed('1d')!;

export interface WindRoseRequest extends Calendar {
  readonly directionId: number;
  readonly speedId: number;
  readonly asked: Span;
  /** In the unit of the speeds. */
  readonly classStarts: readonly number[];
}

export interface FoundRose {
  /** How much time each that was counted is of. */
  readonly width: BucketWidth;
  readonly cells: readonly RoseCell[];
}

/**
 * How often wind was of which sector and class: in steps of ten minutes, or of hours or days where there is more than can be looked at
 * in a moment.
 * @throws what the database reports
 */
export function readWindRose(pool: Pick<Pool, 'connect'>, request: WindRoseRequest): Promise<FoundRose> {
  return inSnapshot(pool, (client) => readWithin(client, request));
}

async function readWithin(client: PoolClient, request: WindRoseRequest): Promise<FoundRose> {
  const { directionId, speedId, asked, classStarts } = request;
  const extents = await readExtents(client, [directionId, speedId], asked, NARROW.mostBuckets);
  const span = spanOf(extents.series);
  if (span === undefined) return { width: NARROW.width, cells: [] };
  const width = chooseWidth(extents.series, span);
  const { planned, buckets } = planSeries(extents, span, width, request);
  const cells = await readRoseCells(client, {
    directions: segmentsOf(planned, directionId),
    speeds: segmentsOf(planned, speedId),
    buckets,
    classStarts,
  });
  return { width, cells };
}

function chooseWidth(series: readonly SeriesExtent[], span: Span): BucketWidth {
  const length = span.to - span.from;
  const readings = series.reduce((sum, each) => sum + each.readings, 0);
  const isNarrow =
    countBuckets(length, NARROW.width) <= NARROW.mostBuckets &&
    readings <= NARROW.mostReadings &&
    !series.some(hasExpired);
  if (isNarrow) return NARROW.width;
  return countBuckets(length, HOURS.width) <= HOURS.mostBuckets ? HOURS.width : DAYS;
}

function segmentsOf(planned: readonly PlannedSeries[], wanted: number): SeriesSegment[] {
  return planned
    .filter(({ seriesId }) => seriesId === wanted)
    .flatMap(({ seriesId, segments }) => segments.map((segment) => ({ seriesId, ...segment })));
}
