import { EARLIEST_WRITABLE, formatMicros } from '../../telemetry/format-time.ts';
import type { Micros } from '../../telemetry/reading.ts';
import type { Queryable } from '../queryable.ts';
import { IS_COUNT } from '../rollups/kinds.ts';

/** A statement that is not bound below has PostgreSQL look at all partitions: a counter that is alive has one in these days. */
const NEAR: Micros = 32 * 86_400_000_000;

const FROM_READINGS = `
  SELECT value AS count FROM readings
  WHERE series_id = $1 AND measured_at < $2 AND measured_at >= $3 AND ${IS_COUNT}
  ORDER BY measured_at DESC, value DESC LIMIT 1`;
const FROM_HOURS = `
  SELECT rise_to AS count FROM rollups_hour
  WHERE series_id = $1 AND bucket < $2 AND rise IS NOT NULL ORDER BY bucket DESC LIMIT 1`;

/**
 * The last count of a counter before a time; where its readings have expired, that of its hours.
 * @param rawFrom readings before it have expired, and are not looked at
 * @returns `undefined`: there is none
 * @throws what the database reports
 */
export async function readCountBefore(
  database: Queryable,
  seriesId: number,
  { time, rawFrom }: { readonly time: Micros; readonly rawFrom: Micros },
): Promise<number | undefined> {
  async function first(text: string, ...times: readonly Micros[]): Promise<number | undefined> {
    const { rows } = await database.query<{ count: number }>({
      text,
      values: [seriesId, ...times.map(formatBound)],
    });
    return rows[0]?.count;
  }
  const near = time - NEAR;
  return (
    (time > rawFrom ? await first(FROM_READINGS, time, Math.max(near, rawFrom)) : undefined) ??
    (near > rawFrom ? await first(FROM_READINGS, near, rawFrom) : undefined) ??
    (Number.isFinite(rawFrom) ? await first(FROM_HOURS, Math.min(time, rawFrom)) : undefined)
  );
}

function formatBound(time: Micros): string {
  return time < EARLIEST_WRITABLE ? '-infinity' : formatMicros(time);
}
