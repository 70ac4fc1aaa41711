import type { Queryable } from './queryable.ts';

/** A span of time in which a series has so many readings, or a few more of the same time; both ends included. */
export interface SeriesChunk {
  readonly seriesId: number;
  /** As the database writes it, to the microsecond. */
  readonly from: string;
  readonly to: string;
}

const FIND = `
  SELECT min(measured_at)::text AS "from", max(measured_at)::text AS "to"
  FROM (
    SELECT measured_at FROM readings
    WHERE series_id = $1 AND measured_at > $2::timestamptz ORDER BY measured_at LIMIT $3
  ) AS first`;
/** With bounds as parameters, statements are planned for the partitions of that time alone. */
const IN_CHUNK = 'series_id = $1 AND measured_at >= $2::timestamptz AND measured_at <= $3::timestamptz';

/**
 * The readings of a series, the oldest first, so many at a time that no statement takes long.
 * @throws what the database reports
 */
export async function* seriesChunks(
  database: Queryable,
  seriesId: number,
  rows: number,
): AsyncGenerator<SeriesChunk> {
  for (let after = '-infinity'; ; ) {
    const found = await database.query<{ from: string | null; to: string | null }>({
      text: FIND,
      values: [seriesId, after, rows],
    });
    const { from, to } = found.rows[0]!;
    if (from === null || to === null) return;
    yield { seriesId, from, to };
    after = to;
  }
}

/** @returns how many. @throws what the database reports */
export async function countChunk(database: Queryable, { seriesId, from, to }: SeriesChunk): Promise<number> {
  const { rows } = await database.query<{ count: number }>({
    text: `SELECT count(*)::int AS count FROM readings WHERE ${IN_CHUNK}`,
    values: [seriesId, from, to],
  });
  return rows[0]!.count;
}

/** @returns how many have gone. @throws what the database reports */
export async function deleteChunk(database: Queryable, { seriesId, from, to }: SeriesChunk): Promise<number> {
  const text = `DELETE FROM readings WHERE ${IN_CHUNK}`;
  return (await database.query({ text, values: [seriesId, from, to] })).rowCount ?? 0;
}
