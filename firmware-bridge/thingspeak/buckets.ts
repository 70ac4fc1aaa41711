import type { Micros } from '../../src/telemetry/reading.ts';
import { type Feed, numberOf } from './feeds.ts';
import { type BucketOption, MOST_RESULTS } from './read-options.ts';
import { createBreathe, inSlices } from './slices.ts';
import type { Zone } from '../../src/telemetry/zone.ts';

const MINUTE: Micros = 60 * 1_000_000;
/** What binary fractions add to decimal ones is beyond these digits. */
const DIGITS = 12;

/**
 * Feeds of the same length of time made one; where there is none, a feed of nulls. They begin at multiples of that length
 * since the epoch, days at midnight of the time zone.
 * In slices, for there may be thousands, of which each is made of thousands.
 * @param feeds oldest first
 */
export async function inBuckets(
  feeds: readonly Feed[],
  names: readonly string[],
  { kind, minutes, isDaily }: BucketOption,
  zone: Zone,
): Promise<readonly Feed[]> {
  const length = minutes * MINUTE;
  const offset = (time: Micros): Micros => (isDaily ? zone.offsetMs(Math.floor(time / 1000)) * 1000 : 0);
  const buckets = new Map<number, Feed[]>();
  for await (const slice of inSlices(feeds)) {
    for (const feed of slice) {
      const number = Math.floor((feed.createdAt + offset(feed.createdAt)) / length);
      const bucket = buckets.get(number);
      if (bucket === undefined) buckets.set(number, [feed]);
      else bucket.push(feed);
    }
  }
  const numbers = [...buckets.keys()];
  if (numbers.length === 0) return [];
  const last = Math.max(...numbers);
  // Two entries years apart have many empty ones between them.
  const first = Math.max(Math.min(...numbers), last - MOST_RESULTS + 1);
  const made: Feed[] = [];
  const breathe = createBreathe();
  for (let number = first; number <= last; number += 1) {
    const start = number * length;
    const inside = buckets.get(number) ?? [];
    const values: Record<string, string | null> = {};
    for (const name of names) {
      values[name] = combined(valuesOf(inside, name), kind);
      await breathe(inside.length + 1);
    }
    // An hour around midnight has the offset of midnight, but on a day that begins without one.
    made.push({ createdAt: start - offset(start - offset(start)), entryId: undefined, values });
  }
  return made;
}

function valuesOf(feeds: readonly Feed[], name: string): readonly string[] {
  return feeds.flatMap(({ values }) => values[name] ?? []);
}

function combined(values: readonly string[], kind: BucketOption['kind']): string | null {
  if (kind === 'timescale') return values[0] ?? null;
  const numbers = values.flatMap((value) => numberOf(value) ?? []);
  if (numbers.length === 0) return null;
  if (kind === 'median') return text(median(numbers));
  const sum = numbers.reduce((total, number) => total + number, 0);
  return text(kind === 'sum' ? sum : sum / numbers.length);
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function text(number: number): string {
  return String(Number(number.toPrecision(DIGITS)));
}
