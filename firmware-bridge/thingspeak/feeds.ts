import type { StoredEntry } from '../../src/storage/channel-entries-query.ts';
import type { Micros } from '../../src/telemetry/reading.ts';
import { parseValueText } from '../../src/telemetry/value.ts';
import type { ReadOptions } from './read-options.ts';

/** One line of what is read. */
export interface Feed {
  readonly createdAt: Micros;
  /** `undefined`: it is made of several entries. */
  readonly entryId: number | undefined;
  /** By name, in the order in which they are shown: `field1`, and `latitude` or `status` where they are asked for. */
  readonly values: Readonly<Record<string, string | null>>;
}

type Limits = Pick<ReadOptions, 'min' | 'max'>;

/** @param names of fields */
export function feedOf(
  entry: StoredEntry,
  names: readonly string[],
  options: Limits & Pick<ReadOptions, 'withStatus' | 'withLocation'>,
): Feed {
  const { entryId, createdAt, fields, latitude, longitude, elevation, status } = entry;
  const values = names.map((name) => [name, within(fields[name.slice('field'.length)] ?? null, options)]);
  return {
    createdAt,
    entryId,
    values: {
      ...Object.fromEntries(values),
      ...(options.withLocation && { latitude, longitude, elevation }),
      ...(options.withStatus && { status }),
    },
  };
}

/** What is below `min`, above `max`, or no number where one of them is asked for, counts as not sent. */
function within(value: string | null, { min, max }: Limits): string | null {
  if (value === null || (min === undefined && max === undefined)) return value;
  const number = numberOf(value);
  const isWithin = number !== undefined && number >= (min ?? -Infinity) && number <= (max ?? Infinity);
  return isWithin ? value : null;
}

/** The fields that are numbers, to so many decimal places. */
export function rounded(feed: Feed, names: readonly string[], places: number | undefined): Feed {
  if (places === undefined) return feed;
  const values = names.map((name) => {
    const value = feed.values[name] ?? null;
    const number = value === null ? undefined : numberOf(value);
    return [name, number === undefined ? value : number.toFixed(places)];
  });
  return { ...feed, values: { ...feed.values, ...Object.fromEntries(values) } };
}

export function numberOf(value: string): number | undefined {
  const number = parseValueText(value);
  return typeof number === 'number' ? number : undefined;
}
