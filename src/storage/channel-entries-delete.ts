import { formatMicros } from '../telemetry/format-time.ts';
import type { Micros } from '../telemetry/reading.ts';
import type { Queryable } from './queryable.ts';

// Channel by channel, for their index begins with it. What another node is about to delete is left to it. By its place in the
// table, which stays the same while it is locked, a row is found without a join, for which all might be read.
const DELETE = `
  DELETE FROM channel_entries WHERE ctid = ANY (ARRAY(
    SELECT oldest.place
    FROM channels CROSS JOIN LATERAL (
      SELECT ctid AS place FROM channel_entries WHERE channel_id = channels.id AND created_at < $1
      ORDER BY created_at, entry_id LIMIT $2 FOR UPDATE SKIP LOCKED
    ) AS oldest
    LIMIT $2
  ))`;

/**
 * Deletes entries of channels that are of a time before, of each channel the oldest first; their readings stay, and numbers go
 * on from the last that was given. A repetition of what is deleted is stored as new.
 * @param limit how many at most, so that no one waits long for it
 * @returns how many were deleted; fewer than `limit` when none is left
 * @throws what the database reports; then none was deleted
 */
export async function deleteChannelEntries(
  database: Queryable,
  before: Micros,
  limit: number,
): Promise<number> {
  const { rowCount } = await database.query({ text: DELETE, values: [formatMicros(before), limit] });
  return rowCount ?? 0;
}
