import { randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import pino from 'pino';
import { createAddressLimit } from '../../src/address-limit.ts';
import type { DiskUse } from '../../src/storage/expiry/sizes.ts';
import type { CommittedReading, Micros } from '../../src/telemetry/reading.ts';
import { createSeriesDay, noteReading, type SeriesDay } from '../../src/telemetry/series-day.ts';
import type { MetricDisplay, StationSnapshot } from '../../src/telemetry/station.ts';
import { METRIC } from '../../src/telemetry/unit-system.ts';
import { defaultUnit } from '../../src/telemetry/units.ts';
import { newWebCounters } from '../../src/web/counters.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import type {
  Joined,
  MessageToJoin,
  RollupStatus,
  StoringState,
  SubmitOutcome,
  WebParts,
} from '../../src/web/parts.ts';
import { createTestCredentials, type TestCredentials } from './credentials.ts';

/** What a test changes while the app runs. */
export interface WebPartsHandle {
  readonly parts: WebParts;
  readonly credentials: TestCredentials;
  readonly submitted: Parameters<WebParts['submit']>[0][];
  /** What was to be stored in transactions of others, and what became of those. */
  readonly joined: readonly MessageToJoin[];
  readonly outcomes: readonly ('committed' | 'failed')[];
  /** Of each WebSocket, where it came from. */
  readonly accepted: readonly string[];
  /** How many listen to commits and presence. */
  listeners(): number;
  /** Moves the service's clock. */
  advance(milliseconds: number): void;
  addStation(
    station: string,
    options?: { title?: string; online?: boolean; group?: string; position?: number },
  ): void;
  /** What the owner says of a metric. */
  displayMetric(station: string, metric: string, display: Partial<MetricDisplay>): void;
  /** Makes a reading the latest and tells of it, as after a commit; `ageMs` before the service's present. */
  commit(reading: {
    station: string;
    metric: string;
    value: number;
    unit?: string | null;
    ageMs?: number;
    /** How long ago it came, where that was later, as in a backlog. */
    receivedAgeMs?: number;
  }): void;
  setOnline(station: string, online: boolean): void;
  setBrokerListening(listening: boolean): void;
  setStoring(changes: Partial<StoringState>): void;
  setRollups(status: RollupStatus): void;
  setDiskUse(use: Promise<Partial<DiskUse>>): void;
  /** Beside those that there are. */
  setCounters(counters: Readonly<Record<string, number>>): void;
  onSubmit(answer: () => Promise<SubmitOutcome>): void;
  onWriteJoined(write: Joined['write']): void;
}

/** Of a message of one reading; what became of it is to be filled in. */
export const STORED: SubmitOutcome = {
  stored: 0,
  duplicates: 0,
  rejections: [],
  isSpooled: false,
  decoded: { readings: [{}] },
};

const NEARLY_EMPTY: DiskUse = {
  database: 8_000_000,
  readings: 0,
  rollups: 24_000,
  months: [],
  growth: undefined,
  droppedForSize: [],
  diskFree: undefined,
  maxDatabaseBytes: undefined,
  expiry: {
    ranAt: undefined,
    runMs: undefined,
    monthsWaiting: 0,
    unfinishedSince: undefined,
    held: undefined,
  },
};

export interface WebPartsOptions {
  readonly pool?: Pool;
  readonly timeZone?: string;
  readonly language?: WebParts['language'];
  readonly allowAnonymous?: boolean;
  readonly mqttHost?: string;
  readonly isPrivate?: boolean;
  readonly maxBodyBytes?: number;
  readonly maxStreamsPerAddress?: number;
  readonly maxExports?: number;
  readonly frameAncestors?: readonly string[];
  /** How many wrong secrets and how many writes one address may send while the test runs. */
  readonly maxWrongSecrets?: number;
  readonly maxWrites?: number;
  readonly cookieKey?: WebParts['cookieKey'];
  readonly trustProxy?: readonly string[];
}

const LONGER_THAN_A_TEST_S = 3600;

/** The rest of the service, as the web layer sees it, in the hands of a test. */
export function createWebParts(options: WebPartsOptions = {}): WebPartsHandle {
  const credentials = createTestCredentials();
  const wrongSecrets = createAddressLimit({
    most: options.maxWrongSecrets ?? 20,
    perSeconds: LONGER_THAN_A_TEST_S,
  });
  const writes = createAddressLimit({ most: options.maxWrites ?? 0, perSeconds: LONGER_THAN_A_TEST_S });
  const cookieKey = randomBytes(32);
  const stations = new Map<string, StationSnapshot>();
  const days = new Map<string, SeriesDay>();
  const committed = new Set<(batch: readonly CommittedReading[]) => void>();
  const presence = new Set<(station: string, online: boolean) => void>();
  const submitted: Parameters<WebParts['submit']>[0][] = [];
  const joined: MessageToJoin[] = [];
  const outcomes: WebPartsHandle['outcomes'][number][] = [];
  let writeJoined: Joined['write'] = () => Promise.resolve();
  const accepted: string[] = [];
  let offsetMs = 0;
  let listening = true;
  let storing: StoringState = {
    state: 'storing',
    isPrepared: true,
    databaseProblem: undefined,
    spoolProblem: undefined,
    spooledMessages: 0,
    spooledBytes: 0,
  };
  let rollups: RollupStatus = { problem: undefined };
  let diskUse: Promise<DiskUse> = Promise.resolve(NEARLY_EMPTY);
  let counters: Readonly<Record<string, number>> = { messages_received: 1234, readings_written: 1200 };
  let answer = (): Promise<SubmitOutcome> => Promise.resolve({ ...STORED, stored: 1 });
  const clock = (): Micros => Math.floor((Date.now() + offsetMs) * 1000);

  const addStation: WebPartsHandle['addStation'] = (station, shown = {}) => {
    const { title = station, online = false, group = null, position = null } = shown;
    const displays = new Map<string, MetricDisplay>();
    stations.set(station, {
      station,
      title,
      group,
      position,
      online,
      lastSeenAt: null,
      latest: [],
      displays,
    });
  };
  return {
    parts: {
      pool: options.pool ?? unreachablePool(),
      channelPool: options.pool ?? unreachablePool(),
      units: METRIC,
      language: options.language,
      timeZone: options.timeZone ?? 'Europe/Paris',
      version: '0.1.0',
      program: 'npx thermograph',
      startedAt: new Date(),
      allowAnonymous: options.allowAnonymous ?? true,
      isPrivate: options.isPrivate ?? false,
      credentials,
      cookieKey: options.cookieKey ?? (() => Promise.resolve(cookieKey)),
      loginFailed: (address) => wrongSecrets.count(address),
      admitWrite: (address) => writes.count(address),
      httpCounters: newWebCounters(),
      maxBodyBytes: options.maxBodyBytes ?? 262_144,
      maxStreamsPerAddress: options.maxStreamsPerAddress ?? 50,
      maxExports: options.maxExports ?? 4,
      frameAncestors: options.frameAncestors ?? [],
      mqttAddress: () => ({ host: options.mqttHost ?? '127.0.0.1', port: 1883 }),
      acceptMqtt(stream, { address }) {
        accepted.push(address);
        stream.destroy();
        return true;
      },
      maxConnectBytes: 4_096,
      maxPacketBytes: 262_144,
      allowedOrigins: [],
      trustProxy: options.trustProxy ?? [],
      clock,
      stations: () => [...stations.values()].toSorted((a, b) => (a.station < b.station ? -1 : 1)),
      station: (name) => stations.get(name),
      day: (station, metric) => days.get(`${station}/${metric}`),
      submit(message) {
        submitted.push(message);
        return answer();
      },
      join(messages) {
        joined.push(...messages);
        return {
          write: (transaction) => writeJoined(transaction),
          committed: () => void outcomes.push('committed'),
          failed: () => void outcomes.push('failed'),
        };
      },
      onCommitted(listener) {
        committed.add(listener);
        return () => committed.delete(listener);
      },
      onPresence(listener) {
        presence.add(listener);
        return () => presence.delete(listener);
      },
      brokerListening: () => listening,
      storing: () => storing,
      rollups: () => rollups,
      backup: () => undefined,
      diskUse: () => diskUse,
      retention: { raw: 'forever', rollups: 'forever' },
      counters: () => counters,
      gauges: () => ({ messages_waiting: 3 }),
      rejections: () => new Map(),
      metrics: createMetrics(),
    },
    credentials,
    submitted,
    joined,
    outcomes,
    accepted,
    listeners: () => committed.size + presence.size,
    advance(milliseconds) {
      offsetMs += milliseconds;
    },
    addStation,
    displayMetric(station, metric, display) {
      const known = stations.get(station)!;
      const whole = { title: null, unit: null, position: null, isHidden: false, ...display };
      stations.set(station, { ...known, displays: new Map([...known.displays, [metric, whole]]) });
    },
    commit({ station, metric, value, unit = defaultUnit(metric), ageMs = 0, receivedAgeMs = ageMs }) {
      if (!stations.has(station)) addStation(station);
      const measuredAt = clock() - ageMs * 1000;
      const receivedAt = clock() - receivedAgeMs * 1000;
      const known = stations.get(station)!;
      const latest = [
        ...known.latest.filter((reading) => reading.metric !== metric),
        { metric, value, unit, measuredAt, receivedAt },
      ].toSorted((a, b) => rank(a.metric).localeCompare(rank(b.metric)));
      stations.set(station, { ...known, latest, lastSeenAt: Math.max(known.lastSeenAt ?? 0, receivedAt) });
      const key = `${station}/${metric}`;
      const day = days.get(key) ?? createSeriesDay();
      days.set(key, day);
      noteReading(day, measuredAt, value);
      const batch = [{ station, metric, value, unit, measuredAt, isLatest: true }];
      for (const listener of committed) listener(batch);
    },
    setOnline(station, online) {
      stations.set(station, { ...stations.get(station)!, online });
      for (const listener of presence) listener(station, online);
    },
    setBrokerListening(value) {
      listening = value;
    },
    setStoring(changes) {
      storing = { ...storing, ...changes };
    },
    setRollups(status) {
      rollups = status;
    },
    setDiskUse(use) {
      diskUse = use.then((known) => ({ ...NEARLY_EMPTY, ...known }));
      diskUse.catch(() => undefined);
    },
    setCounters(more) {
      counters = { ...counters, ...more };
    },
    onSubmit(next) {
      answer = next;
    },
    onWriteJoined(next) {
      writeJoined = next;
    },
  };
}

/** For tests that need no database, and for those that need it to be away. */
function unreachablePool(): Pool {
  const away = (): Promise<never> => Promise.reject(new Error('connect ECONNREFUSED'));
  return { query: away, connect: away } as unknown as Pool;
}

export const silentLog = pino({ level: 'silent' });

function rank(metric: string): string {
  return metric === 'temperature' ? '' : metric;
}
