import { storeEntries } from '../../src/storage/channel-entries-insert.ts';
import type { ChannelEntry } from '../../src/telemetry/channel-entry.ts';
import type { Channel } from '../../src/storage/channels-query.ts';
import { formatMicros } from '../../src/telemetry/format-time.ts';
import { parseValueText } from '../../src/telemetry/value.ts';
import type { WebParts } from '../../src/web/parts.ts';
import { askDatabase } from '../../src/web/to-web-error.ts';
import type { ThingSpeakCounters } from './counters.ts';
import { ThingSpeakError } from './errors.ts';
import { createTurns } from './turns.ts';

/** Keeps entries, and hands their numbers on as readings. @returns the entries' numbers, when all of it is stored */
export type Keep = (
  channel: Channel,
  entries: readonly ChannelEntry[],
  sender: string,
) => Promise<readonly number[]>;

type Needs = Pick<WebParts, 'pool' | 'submit'> & { readonly counters: ThingSpeakCounters };

/** Of eight metrics each, a message of so many stays below what one message may hold. */
const ENTRIES_PER_MESSAGE = 50;

/**
 * The entry comes first, for without Postgres there is no number to answer with, and then nothing has been stored that a
 * board would send a second time. Readings carry the entry's time: when a request is repeated because they could not be
 * stored the first time, those that were collapse into what is there.
 */
export function createKeep({ pool, submit, counters }: Needs): Keep {
  const inTurn = createTurns();
  return async (channel, entries, sender) => {
    const stored = await askDatabase(inTurn(channel.id, () => storeEntries(pool, channel.id, entries)));
    if ('conflict' in stored) throw refusalOf(stored.conflict);
    counters.thingspeak_entries_stored += entries.length - stored.duplicates;
    counters.thingspeak_entries_duplicate += stored.duplicates;
    const messages = messagesOf(channel, entries);
    await Promise.all(messages.map((message) => submit({ ...message, clientId: sender })));
    return stored.entryIds;
  };
}

interface OutgoingMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
}

/** What of the entries is numbers, by station. */
export function messagesOf(channel: Channel, entries: readonly ChannelEntry[]): readonly OutgoingMessage[] {
  const stations = new Set(channel.fields.map(({ station }) => station));
  return [...stations].flatMap((station) => {
    const items = entries.flatMap((entry) => itemOf(channel, station, entry));
    const messages: OutgoingMessage[] = [];
    for (let start = 0; start < items.length; start += ENTRIES_PER_MESSAGE) {
      const payload = Buffer.from(JSON.stringify(items.slice(start, start + ENTRIES_PER_MESSAGE)));
      messages.push({ topic: `stations/${station}`, payload });
    }
    return messages;
  });
}

/** None or one. */
function itemOf({ fields }: Channel, station: string, entry: ChannelEntry): readonly object[] {
  const values = fields
    .filter((field) => field.station === station)
    .flatMap(({ field, metric }): [string, number][] => {
      const value = parseValueText(entry.fields[field] ?? '');
      return typeof value === 'number' ? [[metric, value]] : [];
    });
  if (values.length === 0) return [];
  return [{ ...Object.fromEntries(values), time: formatMicros(entry.createdAt) }];
}

function refusalOf(conflict: number | 'channel-gone'): ThingSpeakError {
  if (conflict === 'channel-gone') return new ThingSpeakError(401, 'the channel was removed');
  return new ThingSpeakError(409, `there is another entry of ${formatMicros(conflict)} already`);
}
