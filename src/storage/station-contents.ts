import type { Queryable } from './queryable.ts';
import { countChunk, seriesChunks } from './series-chunk.ts';

/** So few that whoever waits sees it go on, from a slow disk, too. */
const COUNTED_AT_A_TIME = 100_000;

/** A station by its name, and what goes by it. */
export interface StationContents {
  /** Series of a station that is there. */
  readonly series: readonly number[];
  /** Of one that had the name, was removed, and has not gone as a whole. */
  readonly leftOver: readonly number[];
  readonly hasCredential: boolean;
  readonly retentionPolicies: number;
  /** Channels of ThingSpeak's with fields of it. They are no part of it, and may make it anew. */
  readonly channels: readonly number[];
}

const CONTENTS = `
  SELECT
    EXISTS (SELECT FROM stations WHERE station = $1) AS "isThere",
    ARRAY(SELECT series.id FROM series JOIN stations ON stations.id = station_id WHERE station = $1 ORDER BY 1) AS series,
    ARRAY(SELECT series_id FROM removed_series WHERE station = $1 AND NOT is_empty ORDER BY 1) AS "leftOver",
    EXISTS (SELECT FROM credentials WHERE name = $1 AND kind = 'station') AS "hasCredential",
    (SELECT count(*)::int FROM retention_policies WHERE station = $1) AS "retentionPolicies",
    ARRAY(SELECT DISTINCT channel_id FROM channel_fields WHERE station = $1 ORDER BY 1) AS channels`;

/** @returns `undefined` when there is nothing that could be removed. @throws what the database reports */
export async function readStationContents(
  database: Queryable,
  station: string,
): Promise<StationContents | undefined> {
  const { rows } = await database.query<StationContents & { readonly isThere: boolean }>({
    text: CONTENTS,
    values: [station],
  });
  const { isThere, ...contents } = rows[0]!;
  const isAnything = isThere || contents.hasCredential || contents.leftOver.length > 0;
  return isAnything ? contents : undefined;
}

/**
 * Counts all readings of series, which may take a while.
 * @param onCounted told how many there are so far
 * @throws what the database reports
 */
export async function countReadings(
  database: Queryable,
  seriesIds: readonly number[],
  onCounted: (readings: number) => void,
): Promise<number> {
  let count = 0;
  for (const id of seriesIds) {
    for await (const chunk of seriesChunks(database, id, COUNTED_AT_A_TIME)) {
      count += await countChunk(database, chunk);
      onCounted(count);
    }
  }
  return count;
}
