import type { Micros } from './reading.ts';

/** The newest reading of one series, by `measuredAt`. */
export interface LatestReading {
  readonly metric: string;
  readonly value: number;
  readonly unit: string | null;
  readonly measuredAt: Micros;
  readonly receivedAt: Micros;
}

/** How the owner wants a metric of a station to be shown. */
export interface MetricDisplay {
  /** `null`: as pages call it by its name. */
  readonly title: string | null;
  /** What its values are shown in; `null`: as for all others. */
  readonly unit: string | null;
  /** Among the metrics of its station, those with the least first; those without come last. */
  readonly position: number | null;
  /** Left out of the page of current values. */
  readonly isHidden: boolean;
}

/** What is known of a station now. */
export interface StationSnapshot {
  readonly station: string;
  /** What the owner calls it; the station's own name where the owner gave none. */
  readonly title: string;
  /** What the owner wants it to stand together with. */
  readonly group: string | null;
  /** Where the owner wants it among the others: by this, and those without it last. */
  readonly position: number | null;
  /** Connected now, or said so itself on its status topic. */
  readonly online: boolean;
  /** When we last heard from it; `null` if never since it was made. */
  readonly lastSeenAt: Micros | null;
  /** By metric, `temperature` first, then in alphabetical order. */
  readonly latest: readonly LatestReading[];
  /** Those of which the owner has said anything, by metric. */
  readonly displays: ReadonlyMap<string, MetricDisplay>;
}
