import { quote } from '../../src/telemetry/quote.ts';
import type { Micros } from '../../src/telemetry/reading.ts';
import { ContentError } from './errors.ts';
import { trustedTime } from './trusted-time.ts';
import { parseTimestamp, UTC } from '../../src/telemetry/zone.ts';

/** A time, or seconds since the update before. */
export interface BulkTime {
  readonly kind: 'absolute' | 'relative';
  readonly text: string;
}

/** When an update was made. */
export interface UpdateTime {
  readonly createdAt: Micros;
  /** Whether the request says so, and would say the same when it is repeated. */
  readonly hasOwnTime: boolean;
  readonly receivedAt: Micros;
}

/**
 * When each of the updates of a request was made, or why that can't be told.
 * @param clock strictly increasing
 */
export function timesOf(
  times: readonly BulkTime[],
  clock: () => Micros,
): readonly (UpdateTime | ContentError)[] {
  // Each has a moment of its own, so that updates with no seconds between them stay apart.
  const moments = times.map(() => clock());
  const isAnchored = times.some(({ kind }) => kind === 'absolute');
  const found = isAnchored ? countedOn(times, moments) : endingNow(times, moments);
  return found.map((createdAt, index) =>
    createdAt instanceof ContentError
      ? createdAt
      : { createdAt, hasOwnTime: isAnchored, receivedAt: moments[index]! },
  );
}

/** Of a board that knows no time. The last update is taken for the present, for boards send as they have measured. */
function endingNow(
  times: readonly BulkTime[],
  moments: readonly Micros[],
): readonly (Micros | ContentError)[] {
  const found: (Micros | ContentError)[] = [];
  let behind: Micros = 0;
  let problem: ContentError | undefined;
  for (let index = times.length - 1; index >= 0; index -= 1) {
    const step = secondsOf(times[index]!.text);
    // Of those before it nobody knows when they were made.
    if (step instanceof ContentError) problem ??= step;
    const now = moments[index]!;
    found.push(problem ?? trustedTime(now - behind, now));
    if (!(step instanceof ContentError)) behind += step;
  }
  return found.toReversed();
}

/** Of those without a time of their own, each is so many seconds after the one before. */
function countedOn(
  times: readonly BulkTime[],
  moments: readonly Micros[],
): readonly (Micros | ContentError)[] {
  let previous: Micros | ContentError = notUnderstood('the time of the update before is not known');
  return times.map(({ kind, text }, index) => {
    const step = kind === 'absolute' ? 0 : secondsOf(text);
    const from = kind === 'absolute' ? absolute(text) : previous;
    const time = from instanceof ContentError ? from : step instanceof ContentError ? step : from + step;
    previous = time instanceof ContentError ? time : trustedTime(time, moments[index]!);
    return previous;
  });
}

function absolute(text: string): Micros | ContentError {
  return parseTimestamp(text, UTC) ?? notUnderstood(`${quote(text)} is no time`);
}

function secondsOf(text: string): Micros | ContentError {
  if (/^\s*\d{1,9}(?:\.\d+)?\s*$/.test(text)) return Math.round(Number(text) * 1_000_000);
  return notUnderstood(`${quote(text)} is no number of seconds`);
}

function notUnderstood(detail: string): ContentError {
  return new ContentError(400, 'time-not-understood', detail);
}
