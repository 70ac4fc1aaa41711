import type { Static } from 'typebox';
import { bucketWidthNamed } from '../telemetry/bucket-width.ts';
import { EARLIEST_WRITABLE } from '../telemetry/format-time.ts';
import { ceilHour, floorHour } from '../telemetry/hours.ts';
import type { HistoryRequest } from '../storage/history/read-history.ts';
import type { Micros } from '../telemetry/reading.ts';
import type { Span } from '../telemetry/spans.ts';
import { FUTURE_TOLERANCE } from '../telemetry/time.ts';
import { invalidParameter } from './errors.ts';
import type { seriesHistoryQuery } from './history-schemas.ts';
import { parseTimeParameter } from './time-parameter.ts';

const DAY: Micros = 86_400_000_000;
const POINTS = 500;

export type HistoryQuery = Omit<Static<typeof seriesHistoryQuery>, 'series'>;

export interface AskedHistory {
  /** As it was asked for. */
  readonly shown: Span;
  /** What is looked at: without `to` also what stations have sent whose clocks are ahead. */
  readonly asked: Span;
  readonly width: HistoryRequest['width'];
}

/** @throws WebError 400 that names the parameter */
export function askedHistory(query: HistoryQuery, now: Micros): AskedHistory {
  return { ...askedRange(query, now), width: askedWidth(query) };
}

/** The range alone, which is the last day if not given. @throws WebError 400 that names the parameter */
export function askedRange(
  query: Pick<HistoryQuery, 'from' | 'to'>,
  now: Micros,
): Pick<AskedHistory, 'shown' | 'asked'> {
  const to = query.to === undefined ? undefined : parseTimeParameter('to', query.to);
  const end = to ?? now;
  const from =
    query.from === undefined
      ? Math.max(end - DAY, EARLIEST_WRITABLE)
      : parseTimeParameter('from', query.from);
  if (from >= end) throw invalidParameter('from', 'must be before `to`, which is now if not given');
  return { shown: { from, to: end }, asked: { from, to: to ?? now + FUTURE_TOLERANCE } };
}

/** Of readings that have expired whole hours count. */
export function wholeHours({ asked }: Pick<AskedHistory, 'asked'>): Span {
  return { from: floorHour(asked.from), to: ceilHour(asked.to) };
}

function askedWidth({ points, every }: HistoryQuery): HistoryRequest['width'] {
  const width = every === undefined ? undefined : bucketWidthNamed(every);
  if (width === undefined) return { points: points ?? POINTS };
  if (points !== undefined) throw invalidParameter('points', 'says the same as `every`: give one of them');
  return { every: width };
}
