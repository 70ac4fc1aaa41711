import type { Duplex } from 'node:stream';
import type { Pool } from 'pg';
import type { KnownCredentials } from '../access/login.ts';
import type { DiskUse } from '../storage/expiry/sizes.ts';
import type { Queryable } from '../storage/queryable.ts';
import type { Retention } from '../telemetry/retention-policy.ts';
import type { CommittedReading, Micros, Rejection } from '../telemetry/reading.ts';
import type { SeriesDay } from '../telemetry/series-day.ts';
import type { StationSnapshot } from '../telemetry/station.ts';
import type { UnitSystem } from '../telemetry/unit-system.ts';
import type { Metrics } from './metrics.ts';
import type { WebCounters } from './counters.ts';
import type { Language } from './languages.ts';

/** What became of a message that came in over HTTP. */
export interface SubmitOutcome {
  /** Readings that are now in the table, those that were there already included. */
  readonly stored: number;
  /** Those among `stored` that were in the table before. */
  readonly duplicates: number;
  /** Parts of the message that were refused, and kept with their reason. */
  readonly rejections: readonly Rejection[];
  /** Whether it is kept in the spool, to be written when the database is back; then `stored` is 0. */
  readonly isSpooled: boolean;
  readonly decoded: { readonly readings: readonly unknown[] };
}

export interface MessageToJoin {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly clientId: string;
  /** Why it can't become readings, where that is known: it is kept with these, and not looked into. */
  readonly rejections?: readonly Rejection[];
}

/** Messages that are stored together with something else, in one transaction. */
export interface Joined {
  /** @throws what the database reports; the transaction is not to be committed then */
  write(transaction: Queryable): Promise<void>;
  /** To be called after the commit. */
  committed(): void;
  /** To be called when there was none. */
  failed(): void;
}

/** What becomes of readings now. */
export interface StoringState {
  /** In the database; in the spool, because that is away; nowhere, because the spool takes nothing either. */
  readonly state: 'storing' | 'spooling' | 'stalled';
  /** Whether the schema is there and known; until then there is nothing to be read either. */
  readonly isPrepared: boolean;
  /** In the words of the database, or of the system. */
  readonly databaseProblem: string | undefined;
  readonly spoolProblem: string | undefined;
  /** `undefined` while the spool can't be read. */
  readonly spooledMessages: number | undefined;
  readonly spooledBytes: number | undefined;
}

/** How the backups that are taken by a schedule get on. */
export interface BackupStatus {
  /** Of the newest. */
  readonly lastAt: Date | undefined;
  readonly bytes: number;
  readonly runMs: number;
  /** Why the last attempt has failed. */
  readonly problem: string | undefined;
  readonly isOverdue: boolean;
}

/** How far readings are summed up by hour and by day, as it was found last; nothing but a problem before it was. */
export interface RollupStatus {
  /** `-Infinity` before the first run. */
  readonly rolledUntil?: Micros;
  readonly hoursBehind?: number;
  /** Stretches that are out of date. */
  readonly marks?: number;
  /** When the last run ended, and how long it took. */
  readonly ranAt?: Micros | undefined;
  readonly runMs?: number | undefined;
  /** What keeps it from going on. */
  readonly problem: string | undefined;
}

/** Everything the web layer needs of the rest of the service; `service.ts` fills it in. */
export interface WebParts {
  readonly pool: Pool;
  /** For entries of ThingSpeak's channels. */
  readonly channelPool: Pool;
  /** What pages show until a visitor chooses. */
  readonly units: UnitSystem;
  /** That of pages until a visitor chooses; `undefined`: what their browser would rather have. */
  readonly language: Language | undefined;
  /** IANA name of the time zone that pages show times in. */
  readonly timeZone: string;
  readonly version: string;
  /** What commands begin with where the service runs. */
  readonly program: string;
  readonly startedAt: Date;
  /** Whether readings may be posted without credentials. */
  readonly allowAnonymous: boolean;
  /** Whether whoever reads needs a credential. */
  readonly isPrivate: boolean;
  readonly credentials: KnownCredentials;
  /** What signs cookies, the same for all nodes and at each start. @throws while it can't be read */
  readonly cookieKey: () => Promise<Buffer>;
  /** Counts a wrong secret. @returns after how many seconds to come again, if there were too many */
  readonly loginFailed: (address: string) => Promise<number | undefined>;
  /** Counts a request that writes. @returns after how many seconds to come again, if there were too many */
  readonly admitWrite: (address: string) => Promise<number | undefined>;
  readonly httpCounters: WebCounters;
  readonly maxBodyBytes: number;
  readonly maxStreamsPerAddress: number;
  readonly maxExports: number;
  /** Origins whose pages may frame ours. */
  readonly frameAncestors: readonly string[];
  /** Where stations publish, for the page that shows how; e.g. `{ host: '127.0.0.1', port: 1883 }`. */
  readonly mqttAddress: () => { host: string; port: number; tlsPort?: number | undefined };
  /**
   * Takes MQTT that comes over WebSocket; `address` is the IP address of the client, behind proxies that are trusted.
   * `opened` is to be called when the client has been let in. Returns whether it was taken.
   */
  readonly acceptMqtt: (
    stream: Duplex,
    remote: { readonly address: string; readonly isProxy: boolean; readonly opened: () => void },
  ) => boolean;
  /** Longest packet of an MQTT client before it is let in, and afterwards. */
  readonly maxConnectBytes: number;
  readonly maxPacketBytes: number;
  /** Origins whose pages may use MQTT over WebSocket, beside our own. */
  readonly allowedOrigins: readonly string[];
  /** Proxies whose `X-Forwarded-For` is believed: addresses, networks, `loopback`. */
  readonly trustProxy: readonly string[];
  readonly clock: () => Micros;
  /** Every station, by name. In memory, cheap. */
  readonly stations: () => readonly StationSnapshot[];
  readonly station: (name: string) => StationSnapshot | undefined;
  /** The last day of a series, kept up to date in memory; not to be changed. */
  readonly day: (station: string, metric: string) => SeriesDay | undefined;
  /**
   * Hands a message to ingest; resolves when it is kept.
   * @throws IngestClosedError while the service stops, IngestOverloadedError when too much is waiting, IngestStalledError when
   *   nothing can be stored (all: 503, retry).
   */
  readonly submit: (message: {
    topic: string;
    payload: Uint8Array;
    clientId: string;
  }) => Promise<SubmitOutcome>;
  /** Takes messages into a transaction of somebody else's. @throws IngestClosedError while the service stops (503, retry) */
  readonly join: (messages: readonly MessageToJoin[]) => Joined;
  /**
   * Calls back with each batch after its commit, in the order of commits; returns how to stop. While `isWanted` says no,
   * batches may be left out.
   */
  readonly onCommitted: (
    listener: (batch: readonly CommittedReading[]) => void,
    isWanted: () => boolean,
  ) => () => void;
  /** Calls back when a station comes or goes; returns how to stop. */
  readonly onPresence: (listener: (station: string, online: boolean) => void) => () => void;
  /** Whether the broker takes connections, on every port it was told to. */
  readonly brokerListening: () => boolean;
  readonly storing: () => StoringState;
  readonly rollups: () => RollupStatus;
  /** What is stored takes on disk, as it was found in the last minute. @throws what the database reports */
  readonly diskUse: () => Promise<DiskUse>;
  /** How scheduled backups get on; `undefined`: there is no schedule. */
  readonly backup: () => BackupStatus | undefined;
  /** How long readings and roll-ups are kept, where no policy says otherwise. */
  readonly retention: Retention;
  /** Counts since the start, by name: `messages_received`. */
  readonly counters: () => Readonly<Record<string, number>>;
  /** Rejected parts of messages since the start, by reason. */
  readonly rejections: () => ReadonlyMap<string, number>;
  readonly metrics: Metrics;
  /** What is now, by name: `messages_waiting`. */
  readonly gauges: () => Readonly<Record<string, number>>;
}
