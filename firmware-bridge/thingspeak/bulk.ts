import type { ChannelEntry } from '../../src/telemetry/channel-entry.ts';
import { quote } from '../../src/telemetry/quote.ts';
import type { Micros } from '../../src/telemetry/reading.ts';
import { parseMeasuredAt } from '../../src/telemetry/time.ts';
import { contentOf } from './entry.ts';
import { ContentError } from './errors.ts';
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

/**
 * A board that knows no time says how long after each other its updates were made. The last one is taken for the present, for
 * boards send as they have measured.
 * @param clock strictly increasing
 * @returns an item for each update
 */
export function toItems(
  updates: readonly Update[],
  clock: () => Micros,
): readonly (ChannelEntry | ContentError)[] {
  const receivedAt = clock();
  let next: Micros | ContentError = receivedAt;
  const items: (ChannelEntry | ContentError)[] = [];
  for (const { given, time } of updates.toReversed()) {
    const hasOwnTime: boolean = time.kind === 'absolute';
    const createdAt: Micros | ContentError = hasOwnTime ? absolute(time.text, receivedAt) : next;
    next = before(createdAt, time);
    const content = contentOf(given);
    if (createdAt instanceof ContentError) items.push(createdAt);
    else if (next instanceof ContentError) items.push(next);
    else if (content instanceof ContentError) items.push(content);
    else items.push({ ...content, receivedAt, createdAt, hasOwnTime });
  }
  return items.toReversed();
}

function absolute(text: string, now: Micros): Micros | ContentError {
  const time = parseTimestamp(text, UTC);
  if (time === undefined) return new ContentError(400, 'time-not-understood', `${quote(text)} is no time`);
  return trusted(time, now);
}

function trusted(time: Micros, now: Micros): Micros | ContentError {
  const parsed = parseMeasuredAt(time, now);
  return typeof parsed === 'number' ? parsed : new ContentError(400, parsed.reason, parsed.detail);
}

/** When the update before was made. */
function before(createdAt: Micros | ContentError, { kind, text }: BulkTime): Micros | ContentError {
  if (kind === 'absolute' || createdAt instanceof ContentError) return createdAt;
  const seconds = /^\s*\d{1,9}(?:\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
  if (seconds !== undefined) return createdAt - Math.round(seconds * 1_000_000);
  return new ContentError(400, 'time-not-understood', `${quote(text)} is no number of seconds`);
}
