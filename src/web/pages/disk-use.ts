import { daysUntilFull, type DiskUse } from '../../storage/expiry/sizes.ts';
import type { Duration } from '../../telemetry/duration.ts';
import type { Micros } from '../../telemetry/reading.ts';
import type { Retention } from '../../telemetry/retention-policy.ts';
import type { Locale } from '../locales.ts';
import type { Words } from '../words.ts';

/** What the status page says of the disk; `undefined` where the database did not answer. */
export function diskUseFacts(
  use: DiskUse | undefined,
  kept: Retention,
  { words, names, zone }: Locale,
): object | undefined {
  if (use === undefined) return undefined;
  const { database, readings, rollups, growth, diskFree, maxDatabaseBytes, months, droppedForSize } = use;
  const days = daysUntilFull(use);
  return {
    database: names.bytes(database),
    limit: maxDatabaseBytes === undefined ? undefined : names.bytes(maxDatabaseBytes),
    isOverLimit: isOverLimit(use),
    readings: names.bytes(readings),
    readingsKept: keptText(kept.raw, words),
    rollups: names.bytes(rollups),
    rollupsKept: keptText(kept.rollups, words),
    growth: growth && words.text('status.disk.growth.aDay', { size: names.bytes(growth.bytesPerDay) }),
    growthSince: growth && words.text('status.disk.growth.since', { day: zone.day(growth.since) }),
    free: diskFree === undefined ? undefined : names.bytes(diskFree),
    full: days === undefined ? undefined : words.text('status.disk.fullIn', { days: daysText(days, words) }),
    dropped: droppedForSize.map(({ month, droppedAt }) =>
      words.text('status.disk.dropped', { month, time: zone.full(droppedAt) }),
    ),
    months: months.toReversed().map(({ month, bytes }) => ({ month, size: names.bytes(bytes) })),
  };
}

/** How expiry gets on: what it waits for, or that all is done, and the last run. */
export function expiryFacts(
  use: DiskUse | undefined,
  now: Micros,
  { words, names }: Locale,
): object | undefined {
  if (use === undefined) return undefined;
  const { held, unfinishedSince, monthsWaiting, ranAt, runMs = 0 } = use.expiry;
  const age = (time: Micros): string => words.age((now - time) / 1000);
  const details = [
    unfinishedSince !== undefined && words.text('status.expiry.more', { age: age(unfinishedSince) }),
    monthsWaiting > 0 && words.count('status.expiry.months', monthsWaiting),
    ranAt !== undefined &&
      words.text('status.rollups.lastRun', { age: age(ranAt), duration: names.duration(runMs) }),
  ];
  return {
    problem: use.expiryProblem ?? (held && words.text('status.expiry.clock')),
    isBehind: unfinishedSince !== undefined || monthsWaiting > 0,
    hasRun: ranAt !== undefined,
    details: details.filter((detail) => detail !== false).join(', '),
  };
}

export function isOverLimit({ database, maxDatabaseBytes }: DiskUse): boolean {
  return maxDatabaseBytes !== undefined && database > maxDatabaseBytes;
}

/** `9 days`, `7 months`, `12 years`, `more than 100 years` */
export function daysText(days: number, words: Words): string {
  if (days < 1) return words.text('time.lessThanADay');
  if (days < 62) return words.count('time.days', Math.floor(days));
  if (days < 2 * 365) return words.count('time.months', Math.floor(days / 30.44));
  return days < 100 * 365.25
    ? words.count('time.years', Math.floor(days / 365.25))
    : words.text('time.moreThan100Years');
}

/** `kept for 90 days`, `kept for ever` */
function keptText(duration: Duration, words: Words): string {
  if (duration === 'forever') return words.text('status.disk.keptForEver');
  const { count, unit } = duration;
  const time = words.count(
    ({ d: 'time.days', w: 'time.weeks', mo: 'time.months', y: 'time.years' } as const)[unit],
    count,
  );
  return words.text('status.disk.keptFor', { time });
}
