import type { Pool } from 'pg';
import { type StoreBeside, type Stored, storeEntries } from '../../src/storage/channel-entries-insert.ts';
import type { Channel } from '../../src/storage/channels-query.ts';
import type { ChannelEntry } from '../../src/telemetry/channel-entry.ts';
import { formatMicros } from '../../src/telemetry/format-time.ts';
import { parseValueText } from '../../src/telemetry/value.ts';
import type { WebParts } from '../../src/web/parts.ts';
import { askDatabase } from '../../src/web/to-web-error.ts';
import type { ThingSpeakCounters } from './counters.ts';
import { wasCommitted } from './doubt.ts';
import { ThingSpeakError } from './errors.ts';
import { createTurns } from './turns.ts';

/** Keeps entries together with their readings. @returns the entries' numbers, when all of it is stored */
export type Keep = (
  channel: Channel,
  entries: readonly ChannelEntry[],
  sender: string,
) => Promise<readonly number[]>;

/** Of eight metrics each, a message of so many stays below what one message may hold. */
const ENTRIES_PER_MESSAGE = 50;

type Needs = Pick<WebParts, 'join'> & { readonly pool: Pool; readonly counters: ThingSpeakCounters };

/**
 * Entries and readings are one transaction: a board that is told a failure finds nothing of its request stored when it sends it
 * again, and one that has a number finds all of it.
 */
export function createKeep({ pool, join, counters }: Needs): Keep {
  const inTurn = createTurns();
  return async (channel, entries, sender) => {
    const messages = messagesOf(channel, entries).map((message) => ({ ...message, clientId: sender }));
    const joined = join(messages);
    let begun: Stored | undefined;
    const beside: StoreBeside = (transaction, stored) => {
      begun = stored;
      return joined.write(transaction);
    };
    try {
      const stored = await inTurn(channel.id, () =>
        askDatabase(storeEntries(pool, channel.id, entries, beside)),
      );
      if ('conflict' in stored) throw refusalOf(stored.conflict);
      joined.committed();
    } catch (error) {
      if (!(await wasCommitted(pool, channel.id, { written: begun?.written, joined }, error))) throw error;
    }
    const { entryIds, duplicates } = begun!;
    counters.thingspeak_entries_stored += entries.length - duplicates;
    counters.thingspeak_entries_duplicate += duplicates;
    return entryIds;
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
