import { KeyMissingError, type ThingSpeakError } from './errors.ts';

/** What has become, since the start, of what boards send in ThingSpeak's ways. */
export interface ThingSpeakCounters {
  thingspeak_entries_stored: number;
  /** Entries that came again, and had been stored already. */
  thingspeak_entries_duplicate: number;
  /** What a board did wrong and the log tells of: a field without `=`, a time that can't be. Its entry was stored. */
  thingspeak_notices: number;
  /** Numbers in fields that their channel does not map: they are in the entry, and are no readings. */
  thingspeak_values_unmapped: number;
  /** There was none. */
  thingspeak_refused_key_missing: number;
  /** It is none of ours, or another channel's. */
  thingspeak_refused_key_unknown: number;
  /** Another entry of the same time is stored. */
  thingspeak_refused_conflict: number;
  /** There was nothing in it, or what can't be stored. */
  thingspeak_refused_content: number;
  /** Too much, or too many wrong keys, came from its address. */
  thingspeak_refused_too_many: number;
  /** Nothing could be stored, or nobody could tell whose the key is. */
  thingspeak_refused_unavailable: number;
}

export function newThingSpeakCounters(): ThingSpeakCounters {
  return {
    thingspeak_entries_stored: 0,
    thingspeak_entries_duplicate: 0,
    thingspeak_notices: 0,
    thingspeak_values_unmapped: 0,
    thingspeak_refused_key_missing: 0,
    thingspeak_refused_key_unknown: 0,
    thingspeak_refused_conflict: 0,
    thingspeak_refused_content: 0,
    thingspeak_refused_too_many: 0,
    thingspeak_refused_unavailable: 0,
  };
}

const CONTENT_STATUSES: ReadonlySet<number> = new Set([400, 413, 421, 422]);

/** @param isWrite of readers only those are counted whose key was refused: what they ask for otherwise is their own affair */
export function countRefusal(counters: ThingSpeakCounters, error: ThingSpeakError, isWrite: boolean): void {
  const { status } = error;
  if (error instanceof KeyMissingError) counters.thingspeak_refused_key_missing += 1;
  else if (status === 401) counters.thingspeak_refused_key_unknown += 1;
  else if (status === 429) counters.thingspeak_refused_too_many += 1;
  else if (!isWrite) return;
  else if (status === 409) counters.thingspeak_refused_conflict += 1;
  else if (CONTENT_STATUSES.has(status)) counters.thingspeak_refused_content += 1;
  else if (status >= 500) counters.thingspeak_refused_unavailable += 1;
}
