import { bytesText } from '../../telemetry/bytes-text.ts';
import { daysUntilFull, type DiskUse } from '../../storage/expiry/sizes.ts';
import type { Micros } from '../../telemetry/reading.ts';
import { durationWords } from '../../telemetry/duration.ts';
import type { Retention } from '../../telemetry/retention-policy.ts';
import { ageText, counted, durationText } from '../words.ts';
import type { ZonedTime } from '../zoned-time.ts';

/** What the status page says of the disk; `undefined` where the database did not answer. */
export function diskUseFacts(use: DiskUse | undefined, kept: Retention, zone: ZonedTime): object | undefined {
  if (use === undefined) return undefined;
  const { database, readings, rollups, growth, diskFree, maxDatabaseBytes, months, droppedForSize } = use;
  const days = daysUntilFull(use);
  return {
    database: bytesText(database),
    limit: maxDatabaseBytes === undefined ? undefined : bytesText(maxDatabaseBytes),
    isOverLimit: isOverLimit(use),
    readings: bytesText(readings),
    readingsKept: durationWords(kept.raw),
    rollups: bytesText(rollups),
    rollupsKept: durationWords(kept.rollups),
    growth: growth && `${bytesText(growth.bytesPerDay)} a day`,
    growthSince: growth && zone.day(growth.since),
    free: diskFree === undefined ? undefined : bytesText(diskFree),
    full: days === undefined ? undefined : daysText(days),
    dropped: droppedForSize.map(({ month, droppedAt }) => ({ month, when: zone.full(droppedAt) })),
    months: months.toReversed().map(({ month, bytes }) => ({ month, size: bytesText(bytes) })),
  };
}

/** How expiry gets on: what it waits for, or that all is done, and the last run. */
export function expiryFacts(use: DiskUse | undefined, now: Micros): object | undefined {
  if (use === undefined) return undefined;
  const { held, unfinishedSince, monthsWaiting, ranAt, runMs = 0 } = use.expiry;
  const ago = (time: Micros): string => ageText((now - time) / 1000);
  const details = [
    ...(unfinishedSince === undefined ? [] : [`more to do since ${ago(unfinishedSince)}`]),
    ...(monthsWaiting === 0
      ? []
      : [`${counted(monthsWaiting, 'month waits', 'months wait')} until nobody is at work on it`]),
    ...(ranAt === undefined ? [] : [`last run ${ago(ranAt)}, ${durationText(runMs)}`]),
  ];
  return {
    problem: use.expiryProblem ?? (held && 'the clock may be wrong'),
    isBehind: unfinishedSince !== undefined || monthsWaiting > 0,
    hasRun: ranAt !== undefined,
    details: details.join(', '),
  };
}

export function isOverLimit({ database, maxDatabaseBytes }: DiskUse): boolean {
  return maxDatabaseBytes !== undefined && database > maxDatabaseBytes;
}

/** `9 days`, `7 months`, `12 years`, `more than 100 years` */
export function daysText(days: number): string {
  if (days < 62) return days < 1 ? 'less than a day' : days < 2 ? '1 day' : `${Math.floor(days)} days`;
  if (days < 2 * 365) return `${Math.floor(days / 30.44)} months`;
  return days < 100 * 365.25 ? `${Math.floor(days / 365.25)} years` : 'more than 100 years';
}
