import type { AddressLimit } from './address-limit.ts';
import type { Broker } from './broker/broker.ts';
import type { Config } from './config.ts';
import type { Ingest } from './ingest/ingest.ts';
import type { Spool } from './ingest/spool/spool.ts';
import { received, submitAndWait } from './ingest/submit-and-wait.ts';
import type { FanOut } from './live/fan-out.ts';
import type { Stations } from './live/stations.ts';
import type { Backups } from './open-backups.ts';
import type { Credentials } from './open-credentials.ts';
import type { Database } from './open-database.ts';
import type { Retention } from './open-retention.ts';
import { storingReport } from './open-storage.ts';
import type { Preparation } from './prepare-database.ts';
import type { Figures } from './service-figures.ts';
import { readServiceSecret } from './storage/service-secret.ts';
import type { CommittedReading, Micros } from './telemetry/reading.ts';
import type { WebCounters } from './web/counters.ts';
import type { Metrics } from './web/metrics.ts';
import type { WebParts } from './web/parts.ts';

export interface WebPartSources {
  readonly config: Config;
  readonly version: string;
  readonly program: string;
  readonly now: () => Micros;
  readonly database: Database;
  readonly credentials: Credentials;
  readonly wrongSecrets: AddressLimit;
  readonly writes: AddressLimit;
  readonly httpCounters: WebCounters;
  readonly stations: Stations;
  readonly ingest: Ingest;
  readonly spool: Spool;
  readonly preparation: Preparation;
  readonly committed: FanOut<[readonly CommittedReading[]]>;
  readonly presence: FanOut<[string, boolean]>;
  readonly broker: Broker;
  readonly retention: Retention;
  readonly backups: Backups;
  readonly metrics: Metrics;
  readonly figures: Figures;
  /** Where the broker listens; `undefined` before it does, or where it does not. */
  readonly mqttPorts: () => { readonly port: number | undefined; readonly tlsPort: number | undefined };
}

/** What the web layer may know of the others, and ask of them. */
export function createWebParts(sources: WebPartSources): WebParts {
  const {
    config,
    version,
    program,
    now,
    database,
    credentials,
    wrongSecrets,
    writes,
    httpCounters,
    stations,
  } = sources;
  const { ingest, spool, preparation, committed, presence, broker, retention, backups } = sources;
  const { metrics, figures, mqttPorts } = sources;
  return {
    pool: database.reading,
    channelPool: database.channels,
    units: config.units,
    language: config.pageLanguage,
    timeZone: config.timeZone,
    allowAnonymous: config.allowAnonymous,
    isPrivate: config.isPrivate,
    credentials,
    cookieKey: () => readServiceSecret(database.reading, 'cookie-key'),
    loginFailed: (address) => wrongSecrets.count(address),
    admitWrite: (address) => writes.count(address),
    httpCounters,
    maxBodyBytes: config.httpMaxBodyBytes,
    maxStreamsPerAddress: config.maxStreamsPerAddress,
    maxExports: config.maxExports,
    frameAncestors: config.frameAncestors,
    version,
    program,
    startedAt: new Date(),
    mqttAddress: () => ({
      host: config.host,
      port: mqttPorts().port ?? config.mqttPort,
      tlsPort: mqttPorts().tlsPort ?? config.mqttsPort,
    }),
    maxConnectBytes: config.maxConnectBytes,
    maxPacketBytes: config.maxPacketBytes,
    acceptMqtt: (stream, remote) => broker.accept(stream, remote),
    allowedOrigins: config.allowedOrigins,
    trustProxy: config.trustProxy,
    clock: now,
    stations: () => stations.all(),
    station: (name) => stations.find(name),
    day: (station, metric) => stations.day(station, metric),
    submit: (message) => submitAndWait(ingest, now(), message),
    join: (messages) => ingest.join(messages.map((message) => received(message, now()))),
    onCommitted: (listener, isWanted) => committed.listen(listener, isWanted),
    onPresence: (listener) => presence.listen(listener),
    brokerListening: () => broker.isListening(),
    storing: () => storingReport(ingest, spool, preparation),
    rollups: () => retention.rollups(),
    diskUse: () => retention.diskUse(),
    backup: () => backups.report(),
    retention: { raw: config.retentionRaw, rollups: config.retentionRollups },
    ...figures,
    rejections: () => ingest.rejections,
    metrics,
  };
}
