import { before } from '../../src/telemetry/duration.ts';
import type { Micros } from '../../src/telemetry/reading.ts';
import {
  type Retention,
  type RetentionPolicy,
  resolveRetention,
} from '../../src/telemetry/retention-policy.ts';

/** A reading, of the series with this place in the list of all. */
export interface ModelReading {
  readonly series: number;
  readonly measuredAt: Micros;
  readonly value: number;
}

/** What a bucket came to, by its series and its beginning or date. */
export type Buckets = Map<string, ModelReading[]>;

/** What should be there after everything that was done, worked out the slow way. */
export interface ExpiryModel {
  readonly readings: readonly ModelReading[];
  /** Readings that have gone are in them; those that came too late are not. */
  readonly hours: Buckets;
  readonly days: Buckets;
  /** What comes to the service before roll-ups are brought up to date. */
  store(some: readonly ModelReading[]): void;
  /**
   * @param rawFrom what the service says afterwards has expired of each series
   * @returns what is wrong with that
   */
  expire(now: Micros, retention: RetentionNow, rawFrom: readonly Micros[]): readonly string[];
}

export interface RetentionNow {
  readonly settings: Retention;
  readonly policies: readonly RetentionPolicy[];
}

export interface NamedSeries {
  readonly station: string;
  readonly metric: string;
}

const HOUR = 3_600_000_000;

/** @param timeZone one whose days begin with hours of UTC */
export function createExpiryModel(all: readonly NamedSeries[], timeZone: string): ExpiryModel {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
  const dateOf = (time: Micros): string => format.format(time / 1000);
  let readings: ModelReading[] = [];
  const hours: Buckets = new Map();
  const days: Buckets = new Map();
  const expiredUntil = all.map(() => -Infinity);

  /** What an hour of expired readings came to stays as it is; where nothing is known of it, it is made from what comes. */
  function add(known: ReadonlySet<string>, reading: ModelReading): void {
    const { series, measuredAt } = reading;
    const hour = `${series} ${Math.floor(measuredAt / HOUR) * HOUR}`;
    if (measuredAt < expiredUntil[series]! && known.has(hour)) return;
    const day = `${series} ${dateOf(measuredAt)}`;
    hours.set(hour, [...(hours.get(hour) ?? []), reading]);
    days.set(day, [...(days.get(day) ?? []), reading]);
  }

  /** It moves up to the day after the last reading that goes, and no further. */
  function findFault(rawFrom: Micros, earlier: Micros, due: readonly ModelReading[]): readonly string[] {
    const last = Math.max(-Infinity, ...due.map(({ measuredAt }) => measuredAt));
    if (last < earlier || due.length === 0) {
      return rawFrom === earlier ? [] : [`moved to ${rawFrom} for nothing`];
    }
    const isNextDay =
      rawFrom > last && dateOf(rawFrom - 1) === dateOf(last) && dateOf(rawFrom) !== dateOf(last);
    return isNextDay ? [] : [`${rawFrom} is not when the day after ${last} begins`];
  }

  return {
    get readings() {
      return readings;
    },
    hours,
    days,
    store(some) {
      const known = new Set(hours.keys());
      for (const reading of some) {
        if (readings.some((one) => isSame(one, reading))) continue;
        readings.push(reading);
        add(known, reading);
      }
    },
    expire(now, { settings, policies }, rawFrom) {
      const retentionOf = resolveRetention(policies, settings);
      const isDue = ({ series, measuredAt }: ModelReading, kind: 'raw' | 'rollups'): boolean => {
        const { station, metric } = all[series]!;
        const horizon = before(now, retentionOf(station, metric)[kind]);
        return horizon !== -Infinity && dateOf(measuredAt) < dateOf(horizon);
      };
      const faults = rawFrom.flatMap((from, series) => {
        const due = readings.filter((reading) => reading.series === series && isDue(reading, 'raw'));
        return findFault(from, expiredUntil[series]!, due);
      });
      for (const [series, from] of rawFrom.entries()) expiredUntil[series] = from;
      readings = readings.filter((reading) => !isDue(reading, 'raw'));
      for (const buckets of [hours, days]) {
        for (const [key, [reading]] of buckets) {
          if (reading!.measuredAt < rawFrom[reading!.series]! && isDue(reading!, 'rollups'))
            buckets.delete(key);
        }
      }
      return faults;
    },
  };
}

function isSame(one: ModelReading, other: ModelReading): boolean {
  return one.series === other.series && one.measuredAt === other.measuredAt && one.value === other.value;
}

/** What a roll-up says of readings. */
export function summary(readings: readonly ModelReading[]): object {
  const sorted = readings.toSorted((a, b) => a.measuredAt - b.measuredAt || a.value - b.value);
  const values = sorted.map(({ value }) => value);
  return {
    count: values.length,
    sum: values.reduce((sum, value) => sum + value, 0),
    min: Math.min(...values),
    max: Math.max(...values),
    first: values[0],
    last: values.at(-1),
  };
}
