import { before, type Duration, formatDuration } from '../../telemetry/duration.ts';
import { floorHour } from '../../telemetry/hours.ts';
import type { LocalDays } from '../../telemetry/local-days.ts';
import type { Micros } from '../../telemetry/reading.ts';
import { type Retention, resolveRetention } from '../../telemetry/retention-policy.ts';
import type { Queryable } from '../queryable.ts';
import { readRollupState } from '../rollups/state.ts';
import { readRetentionPolicies } from './policies.ts';

/** What is due of a series. */
export interface SeriesBounds {
  readonly id: number;
  readonly station: string;
  readonly metric: string;
  /** Readings before have expired already; `-Infinity` if none have. */
  readonly rawFrom: Micros;
  /** Readings before are due; `-Infinity` if none are. */
  readonly readingsBefore: Micros;
  /** Roll-ups that begin before are due. */
  readonly rollupsBefore: Micros;
}

export interface BoundsOptions {
  readonly now: Micros;
  /** What holds where no policy does. */
  readonly settings: Retention;
  /** Of the zone that roll-ups by day are of. */
  readonly days: LocalDays;
}

interface SeriesRow {
  readonly id: number;
  readonly station: string;
  readonly metric: string;
  readonly rawFrom: Micros;
}

const READ_SERIES = `
  SELECT series.id, station, metric, (extract(epoch FROM raw_from) * 1000000)::float8 AS "rawFrom"
  FROM series JOIN stations ON stations.id = station_id ORDER BY series.id`;

/**
 * What is due of each series. All of the day stays in which its time comes to an end, and so does everything that is not rolled up yet.
 * Bounds lie on an hour of UTC: that in which a day begins.
 * @throws what the database reports
 */
export async function readSeriesBounds(
  database: Queryable,
  { now, settings, days }: BoundsOptions,
): Promise<readonly SeriesBounds[]> {
  const [policies, { rolledUntil }] = [
    await readRetentionPolicies(database),
    await readRollupState(database),
  ];
  const retentionOf = resolveRetention(policies, settings);
  const boundOf = createBounds(days, (duration) => Math.min(before(now, duration), rolledUntil));
  const { rows } = await database.query<SeriesRow>({ text: READ_SERIES });
  return rows.map((series) => {
    const { raw, rollups } = retentionOf(series.station, series.metric);
    return { ...series, readingsBefore: boundOf(raw), rollupsBefore: boundOf(rollups) };
  });
}

/**
 * Tells of readings whether they are due as soon as they are rolled up.
 * @returns `undefined` where none ever is
 * @throws what the database reports
 */
export async function readDueTest(
  database: Queryable,
  { now, settings, days }: BoundsOptions,
): Promise<((reading: DatedReading) => boolean) | undefined> {
  const policies = await readRetentionPolicies(database);
  if (policies.length === 0 && settings.raw === 'forever') return undefined;
  const retentionOf = resolveRetention(policies, settings);
  const boundOf = createBounds(days, (duration) => before(now, duration));
  return ({ station, metric, measuredAt }) => measuredAt < boundOf(retentionOf(station, metric).raw);
}

interface DatedReading {
  readonly station: string;
  readonly metric: string;
  readonly measuredAt: Micros;
}

/** Most series have the same. */
function createBounds(
  days: LocalDays,
  timeOf: (duration: Duration) => Micros,
): (duration: Duration) => Micros {
  const known = new Map<string, Micros>();
  return (duration) => {
    const key = formatDuration(duration);
    const bound = known.get(key) ?? dayBound(days, timeOf(duration));
    known.set(key, bound);
    return bound;
  };
}

/**
 * Entries of channels before are due. A channel has readings of several stations: what holds for all of them, where no policy of some
 * says otherwise, holds for its entries.
 * @throws what the database reports
 */
export async function readEntriesBefore(
  database: Queryable,
  { now, settings, days }: BoundsOptions,
): Promise<Micros> {
  const policies = await readRetentionPolicies(database);
  const general = policies.find(({ station, metric }) => station === null && metric === null)?.raw;
  return dayBound(days, before(now, general ?? settings.raw));
}

/** The hour in which the day begins that the time lies in: what comes before it is of days that have ended. */
export function dayBound(days: LocalDays, time: Micros): Micros {
  return Number.isFinite(time) ? floorHour(days.at(time).start) : time;
}
