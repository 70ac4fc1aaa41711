import type { StoredEntry } from '../../src/storage/channel-entries-query.ts';
import { FIELDS } from './entry.ts';
import { toXml, type XmlValue } from './xml.ts';
import { formatTimestamp, UTC } from '../../src/telemetry/zone.ts';

/** The entry that an update has made. */
export function entryJson(channelId: number, entry: StoredEntry): object {
  return {
    channel_id: channelId,
    created_at: formatTimestamp(entry.createdAt, UTC),
    entry_id: entry.entryId,
    ...fieldsOf(entry),
    latitude: entry.latitude,
    longitude: entry.longitude,
    elevation: entry.elevation,
    status: entry.status,
  };
}

export function entryXml(channelId: number, entry: StoredEntry): string {
  return toXml('feed', {
    'channel-id': integer(channelId),
    'created-at': { type: 'dateTime', text: formatTimestamp(entry.createdAt, UTC) },
    'entry-id': integer(entry.entryId),
    ...fieldsOf(entry),
    latitude: entry.latitude,
    longitude: entry.longitude,
    elevation: entry.elevation,
    status: entry.status,
  });
}

function fieldsOf({ fields }: StoredEntry): Record<string, string | null> {
  return Object.fromEntries(FIELDS.map((field) => [`field${field}`, fields[field] ?? null]));
}

function integer(value: number): XmlValue {
  return { type: 'integer', text: String(value) };
}
