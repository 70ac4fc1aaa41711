import type { Pool } from 'pg';
import {
  type EntryOutcome,
  type StoreBeside,
  type Stored,
  storeEntries,
} from '../../src/storage/channel-entries-insert.ts';
import type { Channel } from '../../src/storage/channels-query.ts';
import type { ChannelEntry } from '../../src/telemetry/channel-entry.ts';
import { formatMicros } from '../../src/telemetry/format-time.ts';
import { parseValueText } from '../../src/telemetry/value.ts';
import type { Joined, MessageToJoin, WebParts } from '../../src/web/parts.ts';
import { askDatabase } from '../../src/web/to-web-error.ts';
import type { Asked } from './asked.ts';
import { countRefusal, type ThingSpeakCounters } from './counters.ts';
import { wasCommitted } from './doubt.ts';
import { ContentError, ThingSpeakError } from './errors.ts';
import { createTurns, nobodyWaits, type Turns } from './turns.ts';

/**
 * Keeps what was asked for: entries together with their readings, and as rejected what can't be an entry.
 * @returns of each item the entry's number, or why there is none
 */
export type Keep = (asked: Asked) => Promise<Kept>;

export type Kept = readonly (number | ContentError)[];

/** Of eight metrics each, a message of so many stays below what one message may hold. */
const ENTRIES_PER_MESSAGE = 50;

interface Needs extends Pick<WebParts, 'join'> {
  readonly pool: Pool;
  readonly counters: ThingSpeakCounters;
  readonly inTurn?: Turns;
}

/**
 * Entries and readings are one transaction: a board that is told a failure finds nothing of its request stored when it sends it
 * again, and one that has a number finds all of it.
 */
export function createKeep({ pool, join, counters, inTurn = createTurns() }: Needs): Keep {
  function count(kept: Kept, { duplicates }: Stored): void {
    const numbered = kept.filter((outcome) => typeof outcome === 'number').length;
    counters.thingspeak_entries_stored += numbered - duplicates;
    counters.thingspeak_entries_duplicate += duplicates;
    const refused = kept.find((outcome) => outcome instanceof ContentError);
    // Where all of it is refused, the request is, and counted as such.
    if (numbered > 0 && refused !== undefined) countRefusal(counters, refused, true);
  }

  return async (asked) => {
    const { channel, items, isGone } = asked;
    const entries = items.flatMap((item) => (item instanceof ContentError ? [] : [item]));
    let kept: Kept = [];
    let begun: Stored | undefined;
    let joined: Joined | undefined;
    const beside: StoreBeside = (transaction, stored) => {
      begun = stored;
      kept = outcomeOf(items, stored.outcomes);
      joined = join(messagesFor(asked, kept));
      return joined.write(transaction);
    };
    try {
      const store = (): ReturnType<typeof storeEntries> =>
        askDatabase(storeEntries(pool, channel.id, entries, { beside, isGone }));
      const stored = await inTurn(channel.id, store, isGone);
      if (stored === 'channel-gone') throw new ThingSpeakError(401, 'the channel was removed');
      if (stored === 'nobody-waits') throw nobodyWaits();
      joined?.committed();
    } catch (error) {
      if (!(await wasCommitted(pool, channel.id, { written: begun?.written, joined }, error))) throw error;
    }
    if (begun !== undefined) count(kept, begun);
    return kept;
  };
}

/** Puts the outcomes of entries among the items that are none. */
function outcomeOf(items: Asked['items'], outcomes: readonly EntryOutcome[]): Kept {
  let next = 0;
  return items.map((item) => {
    if (item instanceof ContentError) return item;
    const outcome = outcomes[next++] ?? 'conflict';
    return outcome === 'conflict' ? conflictOf(item) : outcome;
  });
}

function conflictOf({ createdAt }: ChannelEntry): ContentError {
  const detail = `there is another entry of ${formatMicros(createdAt)} already`;
  return new ContentError(409, 'entry-conflict', detail);
}

/** Those that are stored now. */
export function entriesKept({ items }: Asked, kept: Kept): readonly ChannelEntry[] {
  return items.flatMap((item, index) =>
    item instanceof ContentError || typeof kept[index] !== 'number' ? [] : [item],
  );
}

function messagesFor(asked: Asked, kept: Kept): readonly MessageToJoin[] {
  const { channel, items, sender, door } = asked;
  const messages = messagesOf(channel, entriesKept(asked, kept)).map((message) => ({
    ...message,
    clientId: sender,
  }));
  const refused = kept.flatMap((outcome, index) => (typeof outcome === 'number' ? [] : [{ outcome, index }]));
  if (refused.length === 0) return messages;
  const rejections = refused.map(({ outcome: { reason, message }, index }) => ({
    reason,
    detail: items.length === 1 ? message : `update ${index + 1}: ${message}`,
  }));
  const payload = Buffer.from(asked.excerpt(refused.map(({ index }) => index)));
  return [...messages, { topic: `channels/${channel.id}/${door}`, payload, clientId: sender, rejections }];
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
