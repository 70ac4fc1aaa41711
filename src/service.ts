import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { KnownCredentials } from './access/login.ts';
import { createAddressLimit } from './address-limit.ts';
import { type Broker, createBroker } from './broker/broker.ts';
import type { Config } from './config.ts';
import { createReceiptClock } from './ingest/clock.ts';
import { createIngest, type Ingest } from './ingest/ingest.ts';
import type { Row } from './ingest/rows.ts';
import type { Submission } from './ingest/submission.ts';
import { submitAndWait } from './ingest/submit-and-wait.ts';
import { createFanOut, type FanOut } from './live/fan-out.ts';
import { createStations, type Stations } from './live/stations.ts';
import { openDatabase } from './open-database.ts';
import { openSpoolOf, openWriter, storingReport } from './open-storage.ts';
import { createReleasers, type Releasers } from './releasers.ts';
import { listenError } from './start-error.ts';
import type { CommittedReading, Micros } from './telemetry/reading.ts';
import { newWebCounters } from './web/counters.ts';
import type { WebParts } from './web/parts.ts';

/** Of the time for an orderly stop: how much of it what is under way may take to be stored. */
const DRAIN_SHARE = 0.5;

const COOKIE_KEY_BYTES = 32;
/** There are none: nobody has a secret. */
const NO_CREDENTIALS: KnownCredentials = {
  isKnown: () => true,
  hasName: () => false,
  find: () => undefined,
  byName: () => null,
  bySecret: () => null,
  fingerprint: () => undefined,
};

/** A running service. */
export interface Service {
  /** Where the page and the API are. */
  readonly http: AddressInfo;
  /** Where the broker is. */
  readonly mqtt: AddressInfo;
  /** Stops in order: no new connections, what is under way is stored and acknowledged, Postgres goes last. */
  close(): Promise<void>;
  /** For a second Ctrl-C: leaves everything as it is, but does not leave the embedded database behind. */
  abandon(): void;
}

export interface ServiceOptions {
  readonly config: Config;
  readonly version: string;
  readonly log: Logger;
  /** Ends a start that is under way: what was acquired is released, and the start rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called when the embedded database is lost for good; the service can only be stopped then. */
  readonly onLost?: (error: Error) => void;
}

/**
 * Builds the parts in order, each given functions of those before it.
 * @throws errors with a `hint` for the owner; what was acquired until then has been released
 */
export async function startService(options: ServiceOptions): Promise<Service> {
  const releasers = createReleasers();
  try {
    return await build(options, releasers);
  } catch (error) {
    await releasers
      .release()
      .catch((also: unknown) => options.log.error({ err: also }, 'cleaning up failed'));
    throw error;
  }
}

async function build(options: ServiceOptions, releasers: Releasers): Promise<Service> {
  const { config, version, log } = options;
  // Loaded while Postgres starts: it takes longer than all else together.
  const loadingWeb = import('./web/server.ts');
  // Heard below; until then a failure of the database comes first.
  loadingWeb.catch(() => undefined);
  const database = await openDatabase(options, releasers);
  const hear = (error: unknown): void => log.error({ err: error }, 'a listener to live readings failed');
  const committed: FanOut<[readonly CommittedReading[]]> = createFanOut(hear);
  const presence: FanOut<[string, boolean]> = createFanOut(hear);
  const clock = createReceiptClock(Date.now, (aheadMs) =>
    log.warn({ aheadMs }, 'the clock of this machine has stepped back; times of receipt go on from before'),
  );
  const stations = createStations([]);
  const spool = await openSpoolOf(config, log, releasers);
  const { writer, preparation } = await openWriter({ config, log, database, stations }, releasers);
  const ingest = createIngest({
    writer,
    spool,
    clock,
    log,
    onCommitted: (rows, batch) => {
      const readings = noteCommitted(stations, rows, committed.isWanted());
      noteHeard(stations, batch);
      if (readings.length > 0) committed.emit(readings);
    },
    onSpooled: (batch) => noteHeard(stations, batch),
    onRelieved: () => broker.relieved(),
    limits: { drainTimeoutMs: config.shutdownTimeoutMs * DRAIN_SHARE },
  });
  const broker = await openBroker(
    { config, log, ingest, stations, presence, now: () => clock.now() },
    releasers,
  );
  committed.listen(
    (readings) => broker.publishLive(readings),
    () => broker.wantsLive(),
  );

  const wrongSecrets = createAddressLimit({ most: config.wrongSecretsPerMinute, perSeconds: 60 });
  const writes = createAddressLimit({ most: config.httpMaxWritesPerSecond, perSeconds: 1 });
  const cookieKey = randomBytes(COOKIE_KEY_BYTES);
  const httpCounters = newWebCounters();
  let mqtt: AddressInfo | undefined;
  const parts: WebParts = {
    pool: database.reading,
    units: config.units,
    timeZone: config.timeZone,
    allowAnonymous: config.allowAnonymous,
    isPrivate: config.isPrivate,
    credentials: NO_CREDENTIALS,
    cookieKey: () => Promise.resolve(cookieKey),
    loginFailed: (address) => wrongSecrets.count(address),
    admitWrite: (address) => writes.count(address),
    httpCounters,
    maxBodyBytes: config.httpMaxBodyBytes,
    frameAncestors: config.frameAncestors,
    version,
    startedAt: new Date(),
    mqttAddress: () => ({ host: config.host, port: mqtt?.port ?? config.mqttPort }),
    clock: () => clock.now(),
    stations: () => stations.all(),
    station: (name) => stations.find(name),
    submit: (message) => submitAndWait(ingest, clock.now(), message),
    onCommitted: (listener, isWanted) => committed.listen(listener, isWanted),
    onPresence: (listener) => presence.listen(listener),
    brokerListening: () => broker.isListening(),
    storing: () => storingReport(ingest, spool, preparation),
    counters: () => ({
      ...ingest.counters,
      ...broker.counters,
      ...httpCounters,
      http_requests_throttled: writes.refusals(),
      logins_throttled: wrongSecrets.refusals(),
    }),
    gauges: () => ({
      messages_waiting: ingest.waiting(),
      spooled_messages: spool.count(),
      spooled_bytes: spool.bytes(),
      connected_clients: broker.connectedClients(),
      clock_ahead_ms: clock.aheadMs(),
      state_changes_unwritten: broker.unwrittenChanges(),
    }),
  };
  const { createWeb } = await loadingWeb;
  const web = await createWeb(parts, { log });
  releasers.push(() => web.close());

  mqtt = await listenForMqtt(broker, config);
  const http = await listenForHttp(web, config);
  return { http, mqtt, close: () => releasers.release(), abandon: database.abandon };
}

function listenForMqtt(broker: Broker, { host, mqttPort }: Config): Promise<AddressInfo> {
  return broker.listen(host, mqttPort).catch((error: unknown) => {
    throw listenError(error, host, mqttPort, 'MQTT_PORT');
  });
}

async function listenForHttp(web: FastifyInstance, { host, httpPort }: Config): Promise<AddressInfo> {
  await web.listen({ host, port: httpPort }).catch((error: unknown) => {
    throw listenError(error, host, httpPort, 'HTTP_PORT');
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on a port has one
  return web.server.address() as AddressInfo;
}

interface BrokerNeeds {
  readonly config: Config;
  readonly log: Logger;
  readonly ingest: Ingest;
  readonly stations: Stations;
  readonly presence: FanOut<[string, boolean]>;
  readonly now: () => Micros;
}

async function openBroker(needs: BrokerNeeds, releasers: Releasers): Promise<Broker> {
  const { config, log, ingest, stations, presence, now } = needs;
  const broker = await createBroker({
    stateDir: path.join(config.dataDir, 'broker'),
    submit: (message, sender) => ingest.submit(message, sender),
    isCongested: () => ingest.isCongested(),
    isRefusing: () => ingest.isRefusing(),
    now,
    stations: () => stations.all(),
    onPresence: (station, online) => {
      if (stations.setOnline(station, online)) presence.emit(station, online);
    },
    allowAnonymous: config.allowAnonymous,
    log,
  });
  releasers.push(async () => {
    broker.stopListening();
    // What is under way is stored and acknowledged over connections that are still open.
    await ingest.close();
    await broker.close();
  });
  return broker;
}

/** Brings what is known of the stations up to date, and returns what there is to tell, if anybody wants to know. */
function noteCommitted(
  stations: Stations,
  rows: readonly Row[],
  isWanted: boolean,
): readonly CommittedReading[] {
  const committed: CommittedReading[] = [];
  for (const { series, value, measuredAt, submission } of rows) {
    const { receivedAt } = submission.message;
    const isLatest = stations.commit(series, { value, measuredAt, receivedAt });
    const { station, metric, unit } = series;
    if (isWanted) committed.push({ station, metric, value, unit, measuredAt, isLatest });
  }
  return committed;
}

function noteHeard(stations: Stations, batch: readonly Submission[]): void {
  for (const { decoded, message } of batch) {
    if (decoded.station !== null) stations.heard(decoded.station, message.receivedAt);
  }
}
