import type { ChannelField, StoredChannel } from './channels-query.ts';
import { createRememberedList, type RememberedList } from './remembered-list.ts';
import { hashOf } from './secret-hash.ts';

/** What was last known of the channels. */
export type ChannelFile = RememberedList<StoredChannel>;

/** @param path in a folder that exists */
export function createChannelFile(path: string): ChannelFile {
  return createRememberedList(path, {
    toRow: ({ writeKeyHash, readKeyHash, ...channel }) => ({
      ...channel,
      writeKeyHash: writeKeyHash.toString('base64'),
      readKeyHash: readKeyHash.toString('base64'),
    }),
    parseRow,
  });
}

function parseRow(row: Readonly<Record<string, unknown>>): StoredChannel | undefined {
  const { id, name, description, isPublic, fields } = row;
  const [latitude, longitude, elevation] = [row['latitude'], row['longitude'], row['elevation']];
  const [createdAt, updatedAt] = [dateOf(row['createdAt']), dateOf(row['updatedAt'])];
  const [writeKeyHash, readKeyHash] = [hashOf(row['writeKeyHash']), hashOf(row['readKeyHash'])];
  if (typeof id !== 'number' || typeof name !== 'string' || typeof isPublic !== 'boolean') return undefined;
  if (description !== null && typeof description !== 'string') return undefined;
  if (!isPlace(latitude) || !isPlace(longitude) || !isPlace(elevation)) return undefined;
  if (createdAt === undefined || updatedAt === undefined) return undefined;
  if (writeKeyHash === undefined || readKeyHash === undefined) return undefined;
  if (!Array.isArray(fields) || !fields.every(isField)) return undefined;
  const said = { id, name, description, isPublic, latitude, longitude, elevation, fields };
  return { ...said, createdAt, updatedAt, writeKeyHash, readKeyHash };
}

function dateOf(value: unknown): Date | undefined {
  const date = new Date(typeof value === 'string' ? value : Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function isPlace(value: unknown): value is number | null {
  return value === null || typeof value === 'number';
}

function isField(value: unknown): value is ChannelField {
  if (typeof value !== 'object' || value === null) return false;
  const { field, station, metric, label }: Record<string, unknown> = { ...value };
  return (
    typeof field === 'number' &&
    typeof station === 'string' &&
    typeof metric === 'string' &&
    typeof label === 'string'
  );
}
