import type { ChannelEntry, EntryContent } from '../telemetry/channel-entry.ts';
import type { Micros } from '../telemetry/reading.ts';
import type { EntryOutcome } from './channel-entries-insert.ts';
import { addsNothing, merged } from './channel-entry-merge.ts';

/** An entry of a time that a request has named: the only one of that time in its channel. */
export interface KnownEntry extends EntryContent {
  readonly entryId: number;
}

/** What is to be done for entries that have come. */
export interface Places {
  /** In their order. */
  readonly outcomes: readonly EntryOutcome[];
  /** How many of them say nothing new. */
  readonly duplicates: number;
  /** By number. */
  readonly added: ReadonlyMap<number, ChannelEntry>;
  /** Stored ones to which something was added, by number. */
  readonly changed: ReadonlyMap<number, ChannelEntry>;
}

/**
 * Finds the place of each entry. As at ThingSpeak there is one entry of a time. What names the time of another and says
 * nothing else of the same thing goes into that: two boards may write their fields of one channel in one second. A repetition adds
 * nothing to it; a field, status or place that is another is a conflict.
 * @param known those of the same times that are stored
 * @param last the number of the last entry of the channel
 */
export function placeEntries(
  entries: readonly ChannelEntry[],
  known: ReadonlyMap<Micros, KnownEntry>,
  last: number,
): Places {
  const places = new Map(known);
  const added = new Map<number, ChannelEntry>();
  const changed = new Map<number, ChannelEntry>();
  let duplicates = 0;
  const outcomes = entries.map((entry): EntryOutcome => {
    const before = entry.hasOwnTime ? places.get(entry.createdAt) : undefined;
    const content = before === undefined ? entry : merged(before, entry);
    if (content === undefined) return 'conflict';
    const entryId = before?.entryId ?? last + added.size + 1;
    if (before !== undefined && addsNothing(entry, before)) {
      duplicates += 1;
      return entryId;
    }
    const isNew = before === undefined || added.has(entryId);
    (isNew ? added : changed).set(entryId, { ...entry, ...content });
    if (entry.hasOwnTime) places.set(entry.createdAt, { ...content, entryId });
    return entryId;
  });
  return { outcomes, duplicates, added, changed };
}
