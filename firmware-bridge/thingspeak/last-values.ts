import type { StoredEntry } from '../../src/storage/channel-entries-query.ts';
import { type EntryPosition, findLastWithField } from '../../src/storage/channel-last-entry-query.ts';
import type { Channel } from '../../src/storage/channels-query.ts';
import type { Queryable } from '../../src/storage/queryable.ts';
import type { Micros } from '../../src/telemetry/reading.ts';

/** Finds the newest entry of a channel that has a field; `undefined` if there is none. @throws what the database reports */
export type LastValues = (channel: Channel, field: number) => Promise<StoredEntry | undefined>;

export interface LastValuesParts {
  readonly pool: Queryable;
  readonly clock: () => Micros;
  /** How many of the newest entries are looked at each time. */
  readonly recent?: number;
  readonly older?: number;
}

const RECENT = 1_000;
/** Some hundredths of a second. */
const OLDER = 10_000;
const REMEMBERED: Micros = 10 * 60 * 1_000_000;

interface Known {
  readonly since: Micros;
  readonly entry: Promise<StoredEntry | undefined>;
}

/**
 * Boards ask for the last value of a field every few seconds, also of one that is set once a month, or was never sent. The newest
 * entries are looked at each time; what was found behind them, or that there is nothing, is remembered for a while.
 */
export function createLastValues(parts: LastValuesParts): LastValues {
  const { pool, clock, recent = RECENT, older = OLDER } = parts;
  // As many as there are channels and fields.
  const known = new Map<string, Known>();

  async function findOlder(
    channelId: number,
    field: number,
    from: EntryPosition,
  ): Promise<StoredEntry | undefined> {
    let before: EntryPosition | undefined = from;
    while (before !== undefined) {
      const found = await findLastWithField(pool, channelId, field, { before, most: older });
      if ('entry' in found) return found.entry;
      before = found.next;
    }
    return undefined;
  }

  return async ({ id, createdAt }, field) => {
    // A channel may be removed, and made again.
    const key = `${id} ${createdAt.getTime()} ${field}`;
    const found = await findLastWithField(pool, id, field, { before: undefined, most: recent });
    if ('entry' in found) {
      known.delete(key);
      return found.entry;
    }
    if (found.next === undefined) return undefined;
    const now = clock();
    let behind = known.get(key);
    if (behind === undefined || now - behind.since > REMEMBERED) {
      behind = { since: now, entry: findOlder(id, field, found.next) };
      known.set(key, behind);
      // One that failed is no answer to the next.
      behind.entry.catch(() => known.delete(key));
    }
    return behind.entry;
  };
}
