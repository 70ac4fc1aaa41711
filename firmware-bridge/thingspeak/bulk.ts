import type { ChannelEntry } from '../../src/telemetry/channel-entry.ts';
import { quote } from '../../src/telemetry/quote.ts';
import type { Micros } from '../../src/telemetry/reading.ts';
import { contentOf, trusted } from './entry.ts';
import { ThingSpeakError } from './errors.ts';
import type { Parameters } from './parameters.ts';
import { parseTimestamp, UTC } from './zone.ts';

/** A time, or seconds since the update before. */
export interface BulkTime {
  readonly kind: 'absolute' | 'relative';
  readonly text: string;
}

export interface Update {
  readonly given: Parameters;
  readonly time: BulkTime;
}

/** As many as ThingSpeak takes at once from those who pay. */
const MOST_UPDATES = 14_400;

/**
 * A board that knows no time says how long after each other its updates were made. The last one is taken for the present, for
 * boards send as they have measured.
 * @param clock strictly increasing
 * @throws ThingSpeakError when one of them can't be stored
 */
export function toEntries(updates: readonly Update[], clock: () => Micros): readonly ChannelEntry[] {
  if (updates.length === 0) throw new ThingSpeakError(421, 'there are no updates');
  if (updates.length > MOST_UPDATES)
    throw new ThingSpeakError(413, `more than ${MOST_UPDATES} updates at once`);
  const receivedAt = clock();
  const contents = updates.map(({ given }) => contentOf(given));
  let next = receivedAt;
  const entries: ChannelEntry[] = [];
  for (let index = updates.length - 1; index >= 0; index -= 1) {
    const { time } = updates[index]!;
    const hasOwnTime = time.kind === 'absolute';
    const createdAt = hasOwnTime ? absolute(time.text, receivedAt) : next;
    next = createdAt - (hasOwnTime ? 0 : relative(time.text));
    entries.push({ ...contents[index]!, receivedAt, createdAt, hasOwnTime });
  }
  return entries.toReversed();
}

function absolute(text: string, now: Micros): Micros {
  const time = trusted(parseTimestamp(text, UTC), now);
  if (time !== undefined) return time;
  throw new ThingSpeakError(400, `${quote(text)} is no time, or one before 2000 or in the future`);
}

function relative(text: string): Micros {
  const seconds = /^\s*\d{1,9}(?:\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
  if (seconds === undefined) throw new ThingSpeakError(400, `${quote(text)} is no number of seconds`);
  return Math.round(seconds * 1_000_000);
}
