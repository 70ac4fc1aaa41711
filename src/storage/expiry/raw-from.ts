import type { LocalDays } from '../../telemetry/local-days.ts';
import { EARLIEST_WRITABLE } from '../../telemetry/format-time.ts';
import { floorHour } from '../../telemetry/hours.ts';
import type { Micros } from '../../telemetry/reading.ts';
import { type SeriesSpan, spanParameters } from '../rollups/spans.ts';
import type { Queryable } from '../queryable.ts';
import type { SeriesBounds } from './bounds.ts';

/** A time of a series. */
export interface SeriesTime {
  readonly id: number;
  readonly time: Micros;
}

const SERIES_AT_A_TIME = 500;

// One step down the index of each series and, where it is empty there, of each earlier partition.
const LAST_DUE = `
  SELECT due.id, (extract(epoch FROM found.measured_at) * 1000000)::float8 AS time
  FROM unnest($1::int4[], $2::timestamptz[], $3::timestamptz[]) AS due (id, from_time, to_time), LATERAL (
    SELECT measured_at FROM readings
    WHERE series_id = due.id AND measured_at >= due.from_time AND measured_at < due.to_time
    ORDER BY measured_at DESC LIMIT 1
  ) AS found`;

// A series with a mark of earlier waits for the next time: what it speaks of is to be mended with all its readings there. Ordered as
// ingest locks series.
const ADVANCE = `
  UPDATE series SET raw_from = ahead.time, rollup_version = rollup_version + 1
  FROM (
    SELECT series.id, given.to_time AS time
    FROM unnest($1::int4[], $2::timestamptz[], $3::timestamptz[]) AS given (id, from_time, to_time)
    JOIN series ON series.id = given.id
    WHERE series.raw_from < given.to_time AND NOT EXISTS (
      SELECT FROM rollup_marks AS mark WHERE mark.series_id = given.id AND mark.from_time < given.to_time
    )
    ORDER BY station_id, metric FOR NO KEY UPDATE OF series
  ) AS ahead
  WHERE series.id = ahead.id
  RETURNING series.id, (extract(epoch FROM series.raw_from) * 1000000)::float8 AS time`;

/** From when on each series has its readings. @throws what the database reports */
export async function readSeriesRawFrom(database: Queryable): Promise<readonly SeriesTime[]> {
  const { rows } = await database.query<SeriesTime & object>({
    text: 'SELECT id, (extract(epoch FROM raw_from) * 1000000)::float8 AS time FROM series ORDER BY id',
  });
  return rows;
}

/**
 * Where readings of each series are to begin once those that are due have gone: on the day after the last of them, which leaves the past of a
 * series that is silent, or not there yet, open to readings that still come. Those of which nothing is due are left out.
 * @throws what the database reports
 */
export async function findNewRawFrom(
  database: Queryable,
  bounds: readonly Pick<SeriesBounds, 'id' | 'rawFrom' | 'readingsBefore'>[],
  days: LocalDays,
): Promise<readonly SeriesTime[]> {
  const due = bounds
    .filter(({ rawFrom, readingsBefore }) => readingsBefore > Math.max(rawFrom, EARLIEST_WRITABLE))
    .map(({ id, rawFrom, readingsBefore }) => span(id, rawFrom, readingsBefore));
  const found: SeriesTime[] = [];
  let day = { start: Infinity, end: -Infinity };
  for (const some of inGroups(due)) {
    const { rows } = await database.query<SeriesTime & object>({
      text: LAST_DUE,
      values: [...spanParameters(some)],
    });
    for (const { id, time } of rows) {
      // Most have the same.
      if (time < day.start || time >= day.end) day = days.at(time);
      found.push({ id, time: floorHour(day.end) });
    }
  }
  return found;
}

/**
 * Says that readings before have expired, which must not be earlier than what has been rolled up; their roll-ups stay as they are from
 * now on. A series of which something is still to be mended is left as it was.
 * @returns those that it was said of
 * @throws what the database reports
 */
export async function advanceRawFrom(
  database: Queryable,
  times: readonly SeriesTime[],
): Promise<readonly SeriesTime[]> {
  const advanced: SeriesTime[] = [];
  for (const some of inGroups(times.map(({ id, time }) => span(id, time, time)))) {
    const { rows } = await database.query<SeriesTime & object>({
      text: ADVANCE,
      values: [...spanParameters(some)],
    });
    advanced.push(...rows);
  }
  return advanced;
}

function span(seriesId: number, from: Micros, to: Micros): SeriesSpan {
  return { seriesId, from: Math.max(from, EARLIEST_WRITABLE), to };
}

function inGroups<T>(all: readonly T[]): readonly (readonly T[])[] {
  const groups = [];
  for (let at = 0; at < all.length; at += SERIES_AT_A_TIME) groups.push(all.slice(at, at + SERIES_AT_A_TIME));
  return groups;
}
