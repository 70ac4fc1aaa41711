import type { WebParts } from '../parts.ts';
import type { Words } from '../words.ts';

/** Stations that have a credential, and of which nothing has come yet. */
export interface AwaitedStations {
  /** The first of them. */
  readonly names: readonly string[];
  readonly first: string;
  readonly count: number;
  /** How many there are beside; undefined if none. */
  readonly more: string | undefined;
}

/** There may be ten thousand, made all at once. */
const MOST_NAMED = 20;

/** @returns undefined if there are none, or nobody can tell, for stations are not known yet */
export function awaitedStations(
  { credentials, station, storing }: Pick<WebParts, 'credentials' | 'station' | 'storing'>,
  words: Words,
): AwaitedStations | undefined {
  const { isPrepared, state, spooledMessages } = storing();
  // What is acknowledged, and not stored yet, may be of one of them.
  if (!isPrepared || state !== 'storing' || spooledMessages !== 0) return undefined;
  const names: string[] = [];
  let count = 0;
  for (const name of credentials.stationNames()) {
    if (station(name) !== undefined) continue;
    count += 1;
    if (names.length < MOST_NAMED) names.push(name);
  }
  const [first] = names;
  if (first === undefined) return undefined;
  const more = count - names.length;
  return { names, first, count, more: more === 0 ? undefined : words.count('awaited.more', more) };
}
