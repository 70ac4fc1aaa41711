import type { ChannelStatus } from '../../storage/channel-status-query.ts';
import { formatMicros } from '../../telemetry/format-time.ts';
import type { Micros } from '../../telemetry/reading.ts';
import { ageText, counterName } from '../words.ts';
import type { ZonedTime } from '../zoned-time.ts';

const REFUSED = 'thingspeak_refused_';

const REASONS: Readonly<Record<string, string>> = {
  key_missing: 'no key was shown, and no login that may write',
  key_unknown: "the key was not the channel's, or there was no such channel",
  conflict: 'another entry of the same time was there',
  content: 'there was nothing in it, or nothing that can be stored',
  too_many: 'too much, or too many wrong keys, came from one address',
  unavailable: 'nothing could be stored, or the channels were not known yet',
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
  zone: ZonedTime,
): object | undefined {
  const refused = refusedRows(counters);
  if (refused.length === 0 && (channels === undefined || channels.length === 0)) return undefined;
  return {
    known: channels !== undefined,
    count: channels?.length,
    rows: channels?.map((channel) => channelRow(channel, now, zone)),
    refused,
  };
}

function channelRow(
  { id, name, fields, lastEntryId, lastReceivedAt }: ChannelStatus,
  now: Micros,
  zone: ZonedTime,
): object {
  return {
    id,
    name,
    fields,
    lastEntryId: lastEntryId.toLocaleString('en-GB'),
    isEmpty: lastEntryId === 0,
    last: lastReceivedAt !== null && {
      iso: formatMicros(lastReceivedAt),
      age: ageText((now - lastReceivedAt) / 1000),
      full: zone.full(lastReceivedAt),
    },
  };
}

function refusedRows(counters: Readonly<Record<string, number>>): readonly object[] {
  return Object.entries(counters).flatMap(([key, count]) => {
    if (!key.startsWith(REFUSED) || count === 0) return [];
    const reason = REASONS[key.slice(REFUSED.length)] ?? counterName(key);
    return [{ key, reason, count: count.toLocaleString('en-GB') }];
  });
}
