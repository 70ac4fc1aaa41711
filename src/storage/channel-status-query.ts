import type { Micros } from '../telemetry/reading.ts';
import type { ChannelField } from './channels-query.ts';
import type { Queryable } from './queryable.ts';

/** How far a channel is; without its keys, of which nothing is told. */
export interface ChannelStatus {
  readonly id: number;
  readonly name: string;
  /** By field. */
  readonly fields: readonly Pick<ChannelField, 'field' | 'station' | 'metric'>[];
  /** 0 while there is none. */
  readonly lastEntryId: number;
  /** When it came; `null` while there is none, or when it has been deleted since. */
  readonly lastReceivedAt: Micros | null;
}

const READ = `
  SELECT channels.id, name, last_entry_id::float8 AS "lastEntryId",
    (extract(epoch FROM received_at) * 1000000)::float8 AS "lastReceivedAt",
    coalesce((
      SELECT json_agg(json_build_object('field', field, 'station', station, 'metric', metric) ORDER BY field)
      FROM channel_fields WHERE channel_id = channels.id
    ), '[]') AS fields
  FROM channels LEFT JOIN channel_entries ON channel_id = channels.id AND entry_id = last_entry_id
  ORDER BY channels.id`;

/** All channels, by id. @throws what the database reports */
export async function readChannelStatus(database: Queryable): Promise<readonly ChannelStatus[]> {
  const { rows } = await database.query<ChannelStatus>({ text: READ });
  return rows;
}
