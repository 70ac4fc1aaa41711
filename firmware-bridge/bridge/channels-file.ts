import { hashSecret } from '../../src/access/credential.ts';
import { hashKey } from '../../src/storage/credential-snapshot.ts';
import type { KnownChannels } from '../../src/storage/channel-store.ts';
import type { Channel, ChannelField } from '../../src/storage/channels-query.ts';
import { isMetricName, isStationName } from '../../src/telemetry/topic.ts';
import { BridgeError } from './errors.ts';

/** One line of the file: `{"id":254616,"writeKey":"…","fields":{"1":"outside:temperature"}}`. */
interface Listed {
  readonly id: number;
  readonly writeKey: string;
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * The channels of a file, which is a JSON array of them. Nothing is read from a bridge.
 * @throws BridgeError that names what is wrong
 */
export function parseChannels(text: string): KnownChannels {
  const byKey = new Map<string, Channel>();
  const byId = new Map<number, Channel>();
  for (const [index, entry] of parseArray(text).entries()) {
    if (!isListed(entry)) throw wrong(`item ${index + 1} has no id, writeKey and fields`);
    const channel = toChannel(entry);
    const key = hashKey(hashSecret(entry.writeKey));
    if (byKey.has(key) || byId.has(entry.id))
      throw wrong(`item ${index + 1} has an id or a key that stands twice`);
    byKey.set(key, channel);
    byId.set(entry.id, channel);
  }
  if (byId.size === 0) throw wrong('it lists none');
  return {
    isKnown: () => true,
    find: (id) => byId.get(id),
    byWriteKey: (key) => byKey.get(hashKey(hashSecret(key))),
    fingerprint: () => undefined,
    mayRead: () => false,
  };
}

function parseArray(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value;
  } catch {
    // Told below.
  }
  throw wrong('it is not a JSON array');
}

function isListed(value: unknown): value is Listed {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    Number.isSafeInteger(value.id) &&
    'writeKey' in value &&
    typeof value.writeKey === 'string' &&
    value.writeKey.length >= 8 &&
    'fields' in value &&
    typeof value.fields === 'object' &&
    value.fields !== null &&
    Object.values(value.fields).every((series) => typeof series === 'string')
  );
}

function toChannel({ id, fields }: Listed): Channel {
  const never = new Date(0);
  return {
    id,
    name: '',
    description: null,
    isPublic: false,
    latitude: null,
    longitude: null,
    elevation: null,
    createdAt: never,
    updatedAt: never,
    fields: Object.entries(fields).map(([field, series]) => toField(id, field, series)),
  };
}

function toField(id: number, field: string, series: string): ChannelField {
  const [station = '', metric = '', ...rest] = series.split(':');
  if (/^[1-8]$/.test(field) && isStationName(station) && isMetricName(metric) && rest.length === 0) {
    return { field: Number(field), station, metric, label: series };
  }
  throw wrong(
    `channel ${id}: ${JSON.stringify(field)} must be 1 to 8, and its series like outside:temperature`,
  );
}

function wrong(what: string): BridgeError {
  const example = '[{"id":254616,"writeKey":"…","fields":{"1":"outside:temperature"}}]';
  return new BridgeError(
    'channels-unreadable',
    `The file of channels can't be used: ${what}. It looks like ${example}`,
  );
}
