/**
 * A moment in integer microseconds since the Unix epoch (UTC), PostgreSQL's own resolution.
 * A double holds it exactly until the year 2255.
 */
export type Micros = number;

/** One value of one metric of one station. */
export interface Reading {
  readonly station: string;
  readonly metric: string;
  /** In {@link unit}; always finite. */
  readonly value: number;
  /** As the station named it, in our spelling; `undefined` where it named none. */
  readonly unit: string | undefined;
  /** The station's own time, or the time of receipt where it gave none. */
  readonly measuredAt: Micros;
  /** Whether the time is the station's own. */
  readonly hasOwnTime: boolean;
}

/** A reading that has just been committed, in the unit of its series, as live topics and event streams tell it. */
export interface CommittedReading {
  readonly station: string;
  readonly metric: string;
  readonly value: number;
  readonly unit: string | null;
  readonly measuredAt: Micros;
  /** Whether it is now the newest of its series. */
  readonly isLatest: boolean;
}

/** What arrived, before anyone looked into it. */
export interface Message {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  /** The MQTT client identifier, or what names the sender at another door; `null` where there is none. */
  readonly clientId: string | null;
  /** Ours; no two messages have the same. */
  readonly receivedAt: Micros;
  /**
   * The time of readings that have none of their own: `receivedAt`, but in a redelivery the time at which the message
   * came first, so that its readings collapse into those that are stored already.
   */
  readonly firstReceivedAt: Micros;
}

/** Why a message, or a part of it, can't become readings. The whole list, so that owners can count by it. */
export const REJECT_REASONS = [
  'topic-unknown',
  'topic-too-long',
  'station-name',
  'metric-name',
  'payload-too-large',
  'payload-empty',
  'payload-not-utf8',
  'payload-not-understood',
  'too-many-readings',
  'too-many-metrics',
  'value-missing',
  'value-not-a-number',
  'value-not-finite',
  'unit-unknown',
  'unit-mismatch',
  'time-not-understood',
  'time-without-zone',
  'time-too-early',
  'time-in-future',
  'status-unknown',
  'channel-unknown',
  'channel-field',
  'entry-conflict',
  'value-too-long',
  'refused-by-database',
] as const;

export type RejectReason = (typeof REJECT_REASONS)[number];

/** A permanent refusal of a message or of a part of it; the rest of the message may still be good. */
export interface Rejection {
  readonly reason: RejectReason;
  /** For a person: what was wrong and where, e.g. `item 17: "abc" is not a number`. */
  readonly detail: string;
}
