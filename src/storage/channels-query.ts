import { isUniqueViolation } from './failure.ts';
import type { Queryable } from './queryable.ts';

/** The series that numbers of a field go to. */
export interface ChannelField {
  /** 1 to 8. */
  readonly field: number;
  readonly station: string;
  readonly metric: string;
  readonly label: string;
}

/** What boards know as a ThingSpeak channel. */
export interface Channel {
  readonly id: number;
  readonly name: string;
  readonly description: string | null;
  readonly isPublic: boolean;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly elevation: number | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** By field. */
  readonly fields: readonly ChannelField[];
}

/** As the database keeps it: with the SHA-256 of its keys. */
export interface StoredChannel extends Channel {
  readonly writeKeyHash: Buffer;
  readonly readKeyHash: Buffer;
}

export type NewChannel = Omit<StoredChannel, 'createdAt' | 'updatedAt'>;

/** What was asked for does not go together with the channels that there are. */
export class ChannelError extends Error {
  readonly code: 'channel-exists' | 'channel-unknown';
  readonly hint: string;

  constructor(code: ChannelError['code'], message: string, hint: string) {
    super(message);
    this.name = 'ChannelError';
    this.code = code;
    this.hint = hint;
  }
}

const READ = `
  SELECT id, name, description, is_public AS "isPublic", latitude, longitude, elevation,
    created_at AS "createdAt", updated_at AS "updatedAt", write_key_hash AS "writeKeyHash", read_key_hash AS "readKeyHash",
    coalesce((
      SELECT json_agg(json_build_object('field', field, 'station', station, 'metric', metric, 'label', label) ORDER BY field)
      FROM channel_fields WHERE channel_id = channels.id
    ), '[]') AS fields
  FROM channels ORDER BY id`;

/** All channels, by id. @throws what the database reports */
export async function readChannels(database: Queryable): Promise<readonly StoredChannel[]> {
  const { rows } = await database.query<StoredChannel>({ text: READ });
  return rows;
}

// One statement, so that nobody sees a channel without its fields.
const ADD = `
  WITH channel AS (
    INSERT INTO channels (id, name, description, write_key_hash, read_key_hash, is_public, latitude, longitude, elevation)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id
  )
  INSERT INTO channel_fields (channel_id, field, station, metric, label)
  SELECT channel.id, field, station, metric, label
  FROM channel, json_to_recordset($10) AS given(field smallint, station text, metric text, label text)`;

/** @throws ChannelError `channel-exists` when its id or its write key is taken; what the database reports */
export async function addChannel(database: Queryable, added: NewChannel): Promise<void> {
  const { id, name, description, writeKeyHash, readKeyHash, isPublic } = added;
  const { latitude, longitude, elevation, fields } = added;
  const channel = [id, name, description, writeKeyHash, readKeyHash, isPublic];
  const values = [...channel, latitude, longitude, elevation, JSON.stringify(fields)];
  try {
    await database.query({ text: ADD, values });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new ChannelError(
      'channel-exists',
      `There is a channel ${id} already, or another one has this write key.`,
      'Look with: thermograph channels list. To make it anew, remove it before: thermograph channels remove ID',
    );
  }
}

/** Hashes of new keys; `undefined` leaves a key as it is. */
export interface NewKeys {
  readonly write: Buffer | undefined;
  readonly read: Buffer | undefined;
}

const ROTATE = `
  UPDATE channels SET updated_at = now(),
    write_key_hash = coalesce($2, write_key_hash), read_key_hash = coalesce($3, read_key_hash)
  WHERE id = $1`;

/** Replaces keys, which are of no use from then on. @throws ChannelError `channel-unknown`; what the database reports */
export async function rotateChannelKeys(
  database: Queryable,
  id: number,
  { write, read }: NewKeys,
): Promise<void> {
  const values = [id, write ?? null, read ?? null];
  const { rowCount } = await database.query({ text: ROTATE, values });
  if (rowCount !== 1) throw unknownChannel(id);
}

/** A channel, and how much goes with it. */
export interface ChannelContents extends Pick<Channel, 'id' | 'name'> {
  /** How many it has. */
  readonly fields: number;
  readonly entries: number;
}

const READ_CONTENTS = `
  SELECT id, name, (SELECT count(*)::int FROM channel_fields WHERE channel_id = channels.id) AS fields,
    (SELECT count(*)::float8 FROM channel_entries WHERE channel_id = channels.id) AS entries
  FROM channels WHERE id = $1`;

/** Counts all entries, which may take a while. @throws ChannelError `channel-unknown`; what the database reports */
export async function readChannelContents(database: Queryable, id: number): Promise<ChannelContents> {
  const { rows } = await database.query<ChannelContents & object>({ text: READ_CONTENTS, values: [id] });
  if (rows[0] === undefined) throw unknownChannel(id);
  return rows[0];
}

/** Removes the channel with its entries; readings stay. @throws ChannelError `channel-unknown`; what the database reports */
export async function removeChannel(database: Queryable, id: number): Promise<void> {
  const { rowCount } = await database.query({ text: 'DELETE FROM channels WHERE id = $1', values: [id] });
  if (rowCount !== 1) throw unknownChannel(id);
}

function unknownChannel(id: number): ChannelError {
  return new ChannelError(
    'channel-unknown',
    `There is no channel ${id}.`,
    'Look with: thermograph channels list',
  );
}
