import type { Channel } from '../../src/storage/channels-query.ts';
import type { Feed } from './feeds.ts';
import { csvCell } from './csv-cell.ts';
import type { FeedsDocument } from './render-feeds.ts';
import { toElement, toLeaves, toXml, XML_DECLARATION, type XmlValue, type XmlValues } from './xml.ts';
import { formatTimestamp, type Zone } from '../../src/telemetry/zone.ts';

/** How a channel and its feeds are written. */
export interface Shown {
  readonly channel: Channel;
  /** Of fields, of which the channel tells the labels. */
  readonly names: readonly string[];
  readonly lastEntryId: number;
  readonly withMetadata: boolean;
  readonly zone: Zone;
}

/** A channel with its feeds. */
export function feedsJson(shown: Shown): FeedsDocument {
  const { zone } = shown;
  const foot = ']}';
  const empty = JSON.stringify({ channel: channelJson(shown), feeds: [] });
  return {
    head: empty.slice(0, -foot.length),
    feed: (feed) => JSON.stringify(feedObject(feed, zone)),
    between: ',',
    foot,
  };
}

export function feedsXml(shown: Shown): FeedsDocument {
  const { channel, lastEntryId, zone } = shown;
  const children: XmlValues = {
    id: integer(channel.id),
    name: channel.name,
    description: channel.description,
    latitude: decimal(channel.latitude),
    longitude: decimal(channel.longitude),
    elevation: decimal(channel.elevation),
    ...labelsOf(shown),
    'created-at': dateTime(channel.createdAt.getTime() * 1000, zone),
    'updated-at': dateTime(channel.updatedAt.getTime() * 1000, zone),
    'last-entry-id': integer(lastEntryId),
  };
  return {
    head: `${XML_DECLARATION}<channel>\n${toLeaves(children, '')}  <feeds type="array">\n`,
    feed: (feed) => toElement('feed', feedXmlValues(feed, zone), '    '),
    between: '',
    foot: '  </feeds>\n</channel>\n',
  };
}

/** @param names of all columns behind the number; without it where the feeds have none */
export function feedsCsv(names: readonly string[], hasEntryIds: boolean, zone: Zone): FeedsDocument {
  return {
    head: row(['created_at', ...(hasEntryIds ? ['entry_id'] : []), ...names]),
    feed: ({ createdAt, entryId, values }) =>
      row([
        csvTime(createdAt, zone),
        ...(hasEntryIds ? [String(entryId)] : []),
        ...names.map((name) => csvCell(values[name] ?? '')),
      ]),
    between: '',
    foot: '',
  };
}

function row(cells: readonly string[]): string {
  return `${cells.join(',')}\n`;
}

/** One feed alone. */
export function feedJson(zone: Zone): FeedsDocument {
  return { ...ALONE, feed: (feed) => JSON.stringify(feedObject(feed, zone)) };
}

export function feedXml(zone: Zone): FeedsDocument {
  return { ...ALONE, feed: (feed) => toXml('feed', feedXmlValues(feed, zone)) };
}

const ALONE = { head: '', between: '', foot: '' } as const;

function channelJson(shown: Shown): object {
  const { channel, lastEntryId, withMetadata, zone } = shown;
  return {
    id: channel.id,
    name: channel.name,
    description: channel.description,
    ...(withMetadata && { metadata: null }),
    latitude: channel.latitude?.toString() ?? null,
    longitude: channel.longitude?.toString() ?? null,
    ...(channel.elevation !== null && { elevation: channel.elevation.toString() }),
    ...labelsOf(shown),
    created_at: formatTimestamp(channel.createdAt.getTime() * 1000, zone),
    updated_at: formatTimestamp(channel.updatedAt.getTime() * 1000, zone),
    last_entry_id: lastEntryId,
  };
}

function labelsOf({ channel, names }: Shown): Record<string, string> {
  const labels = new Map(channel.fields.map(({ field, label }) => [`field${field}`, label]));
  return Object.fromEntries(names.map((name) => [name, labels.get(name) ?? '']));
}

function feedObject({ createdAt, entryId, values }: Feed, zone: Zone): object {
  return {
    created_at: formatTimestamp(createdAt, zone),
    ...(entryId !== undefined && { entry_id: entryId }),
    ...values,
  };
}

function feedXmlValues({ createdAt, entryId, values }: Feed, zone: Zone): XmlValues {
  return {
    'created-at': dateTime(createdAt, zone),
    ...(entryId !== undefined && { 'entry-id': integer(entryId) }),
    ...values,
  };
}

/** `2021-02-18 21:46:23 UTC`, which is how ThingSpeak writes it where no time zone is asked for. */
function csvTime(time: number, zone: Zone): string {
  const text = formatTimestamp(time, zone);
  return zone.isUtc ? text.replace('T', ' ').replace('Z', ' UTC') : text;
}

function integer(value: number): XmlValue {
  return { type: 'integer', text: String(value) };
}

function decimal(value: number | null): XmlValue {
  return value === null ? null : { type: 'decimal', text: String(value) };
}

function dateTime(time: number, zone: Zone): XmlValue {
  return { type: 'dateTime', text: formatTimestamp(time, zone) };
}
