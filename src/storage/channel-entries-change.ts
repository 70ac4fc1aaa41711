import type { PoolClient } from 'pg';
import type { ChannelEntry } from '../telemetry/channel-entry.ts';
import { formatMicros } from '../telemetry/format-time.ts';

/** An entry to which something was added, as it is now. */
export interface ChangedEntry {
  readonly channelId: number;
  readonly entryId: number;
  readonly entry: ChannelEntry;
}

const UPDATE = `
  UPDATE channel_entries SET fields = given.fields, status = given.status, latitude = given.latitude,
    longitude = given.longitude, elevation = given.elevation, received_at = given.received_at
  FROM json_to_recordset($1) AS given(channel_id int, entry_id bigint, received_at timestamptz, fields jsonb, status text,
    latitude text, longitude text, elevation text)
  WHERE channel_entries.channel_id = given.channel_id AND channel_entries.entry_id = given.entry_id`;

/** Within the transaction that has locked their channels. @throws what the database reports */
export async function changeEntries(client: PoolClient, changed: readonly ChangedEntry[]): Promise<void> {
  if (changed.length === 0) return;
  const rows = changed.map(({ channelId, entryId, entry }) => {
    const { fields, status, latitude, longitude, elevation, receivedAt } = entry;
    const said = { fields, status, latitude, longitude, elevation };
    return { channel_id: channelId, entry_id: entryId, received_at: formatMicros(receivedAt), ...said };
  });
  await client.query(UPDATE, [JSON.stringify(rows)]);
}
