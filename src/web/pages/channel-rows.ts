import type { ChannelStatus } from '../../storage/channel-status-query.ts';
import { formatMicros } from '../../telemetry/format-time.ts';
import type { Micros } from '../../telemetry/reading.ts';
import type { Locale } from '../locales.ts';
import type { TextKey } from '../words.ts';

const REFUSED = 'thingspeak_refused_';

const REASONS: Readonly<Record<string, TextKey>> = {
  key_missing: 'status.refused.key_missing',
  key_unknown: 'status.refused.key_unknown',
  conflict: 'status.refused.conflict',
  content: 'status.refused.content',
  too_many: 'status.refused.too_many',
  unavailable: 'status.refused.unavailable',
};

/**
 * The channels of boards that speak ThingSpeak, and why boards were refused; `undefined` where there is neither, which is so for most
 * who run this.
 * @param channels `undefined` while the database does not answer
 */
export function channelFacts(
  channels: readonly ChannelStatus[] | undefined,
  counters: Readonly<Record<string, number>>,
  now: Micros,
  locale: Locale,
): object | undefined {
  const refused = refusedRows(counters, locale);
  if (refused.length === 0 && (channels === undefined || channels.length === 0)) return undefined;
  return {
    known: channels !== undefined,
    count: channels?.length,
    rows: channels?.map((channel) => channelRow(channel, now, locale)),
    refused,
  };
}

function channelRow(
  { id, name, fields, lastEntryId, lastReceivedAt }: ChannelStatus,
  now: Micros,
  { words, zone }: Locale,
): object {
  return {
    id,
    name,
    fields,
    lastEntryId: words.whole(lastEntryId),
    isEmpty: lastEntryId === 0,
    last: lastReceivedAt !== null && {
      iso: formatMicros(lastReceivedAt),
      age: words.age((now - lastReceivedAt) / 1000),
      full: zone.full(lastReceivedAt),
    },
  };
}

function refusedRows(
  counters: Readonly<Record<string, number>>,
  { words, names }: Locale,
): readonly object[] {
  return Object.entries(counters).flatMap(([key, count]) => {
    if (!key.startsWith(REFUSED) || count === 0) return [];
    const known = REASONS[key.slice(REFUSED.length)];
    const reason = known === undefined ? names.counter(key) : words.text(known);
    return [{ key, reason, count: words.whole(count) }];
  });
}
