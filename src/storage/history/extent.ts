import { formatMicros } from '../../telemetry/format-time.ts';
import type { RolledUp } from '../../telemetry/history-plan.ts';
import { ceilHour, floorHour, HOUR } from '../../telemetry/hours.ts';
import { type MetricKind, metricKind } from '../../telemetry/metric-kind.ts';
import type { Micros } from '../../telemetry/reading.ts';
import type { Span } from '../../telemetry/spans.ts';
import type { Queryable } from '../queryable.ts';
import { rolledKind, type RolledKind } from '../rollups/kinds.ts';

/** What there is of one series in a stretch, as far as roll-ups tell. */
export interface SeriesExtent {
  readonly seriesId: number;
  readonly kind: MetricKind;
  readonly rolledUp: RolledUp;
  /** Where its readings are: perhaps less than this, never more. `undefined`: there are none. */
  readonly extent: Span | undefined;
  /** In whole hours that are rolled up; of not more hours than were to be counted. */
  readonly readings: number;
}

/** What is known of roll-ups, beside series by series. */
export interface Extents {
  /** Of the days that are rolled up; `null`: none are of use. */
  readonly timeZone: string | null;
  readonly series: readonly SeriesExtent[];
}

interface Row {
  readonly seriesId: number;
  readonly metric: string;
  readonly unit: string | null;
  /** What the series was rolled up as. */
  readonly rolledAs: RolledKind | null;
  readonly timeZone: string | null;
  readonly rolledUntil: Micros;
  readonly rawFrom: Micros;
  readonly firstHour: Micros | null;
  readonly lastHour: Micros | null;
  readonly readings: number;
  readonly markStarts: readonly Micros[];
  readonly markEnds: readonly Micros[];
}

const micros = (column: string): string => `(extract(epoch FROM ${column}) * 1000000)::float8`;
const hourOf = (column: string): string => `date_bin('1 hour', ${column}, 'epoch')`;
const HOURS = 'FROM rollups_hour WHERE series_id = series.id AND bucket >= $2 AND bucket < $3';

// Marks are widened to whole hours, of which many come together as one.
const READ_ROLLED = `
  SELECT series.id AS "seriesId", metric, unit, kind AS "rolledAs", time_zone AS "timeZone", ${micros('rolled_until')} AS "rolledUntil",
    ${micros('raw_from')} AS "rawFrom",
    (SELECT ${micros('bucket')} ${HOURS} ORDER BY bucket LIMIT 1) AS "firstHour",
    (SELECT ${micros('bucket')} ${HOURS} ORDER BY bucket DESC LIMIT 1) AS "lastHour",
    (SELECT coalesce(sum(count), 0)::float8 FROM (
       SELECT count FROM rollups_hour WHERE series_id = series.id AND bucket >= $4 AND bucket < $5 LIMIT $6
     ) AS hours) AS readings,
    marks.starts AS "markStarts", marks.ends AS "markEnds"
  FROM series, rollup_state, LATERAL (
    SELECT coalesce(array_agg(${micros('lower(span)')}), '{}') AS starts,
      coalesce(array_agg(${micros('upper(span)')}), '{}') AS ends
    FROM (
      SELECT unnest(range_agg(tstzrange(${hourOf('from_time')}, ${hourOf('to_time')} + interval '1 hour'))) AS span
      FROM rollup_marks WHERE series_id = series.id AND from_time < $3 AND to_time >= $2
    ) AS merged
  ) AS marks
  WHERE series.id = ANY ($1)`;
const READ_TAIL = `
  SELECT series_id AS "seriesId", ${micros('first.measured_at')} AS first, ${micros('last.measured_at')} AS last
  FROM unnest($1::int4[]) AS asked (series_id),
  LATERAL (SELECT measured_at FROM readings
    WHERE series_id = asked.series_id AND measured_at >= $2 AND measured_at < $3 ORDER BY measured_at LIMIT 1) AS first,
  LATERAL (SELECT measured_at FROM readings
    WHERE series_id = asked.series_id AND measured_at >= $2 AND measured_at < $3 ORDER BY measured_at DESC LIMIT 1) AS last`;

/**
 * Where in a stretch the series have readings, without looking at more than a few of them: a stretch of decades may be
 * asked of a station that was set up yesterday.
 * @param mostHours how many hours are looked at to count readings
 * @throws what the database reports
 */
export async function readExtents(
  database: Queryable,
  seriesIds: readonly number[],
  asked: Span,
  mostHours: number,
): Promise<Extents> {
  const touched = { from: floorHour(asked.from), to: asked.to };
  const whole = { from: ceilHour(asked.from), to: floorHour(asked.to) };
  const times = [touched.from, touched.to, whole.from, whole.to].map(formatMicros);
  const { rows } = await database.query<Row & object>({
    text: READ_ROLLED,
    values: [seriesIds, ...times, mostHours],
  });
  const rolledUntil = Math.min(...rows.map((row) => row.rolledUntil));
  const tail = await readTail(database, seriesIds, { from: Math.max(asked.from, rolledUntil), to: asked.to });
  const series = rows.map((row) => toExtent(row, asked, tail.get(row.seriesId)));
  return { timeZone: rows[0]?.timeZone ?? null, series };
}

/** From the first to the last reading of each series that has any: of what is not rolled up only they can tell. */
async function readTail(
  database: Queryable,
  seriesIds: readonly number[],
  { from, to }: Span,
): Promise<ReadonlyMap<number, Span>> {
  if (from >= to) return new Map();
  const { rows } = await database.query<{ seriesId: number; first: Micros; last: Micros }>({
    text: READ_TAIL,
    values: [seriesIds, formatMicros(from), formatMicros(to)],
  });
  return new Map(rows.map(({ seriesId, first, last }) => [seriesId, { from: first, to: last + 1 }]));
}

function toExtent(row: Row, asked: Span, tail: Span | undefined): SeriesExtent {
  const { seriesId, rawFrom, firstHour, lastHour, readings } = row;
  const kind = metricKind(row.metric, row.unit);
  // What was rolled up as something else is of no use, until the worker has seen that.
  const isOfUse = rolledKind(kind) === null || rolledKind(kind) === row.rolledAs;
  const until = isOfUse ? row.rolledUntil : Number.NEGATIVE_INFINITY;
  const marks = row.markStarts.map((from, index) => ({ from, to: row.markEnds[index]! }));
  const spans = [...marks];
  if (tail !== undefined) spans.push(tail);
  if (firstHour !== null && lastHour !== null) spans.push({ from: firstHour, to: lastHour + HOUR });
  const extent = {
    from: Math.max(asked.from, Math.min(...spans.map(({ from }) => from))),
    to: Math.min(asked.to, Math.max(...spans.map(({ to }) => to))),
  };
  return {
    seriesId,
    kind,
    rolledUp: { until, marks, rawFrom },
    extent: extent.from < extent.to ? extent : undefined,
    readings,
  };
}
