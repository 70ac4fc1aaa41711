import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import type { KnownCredentials } from './access/login.ts';
import { createAddressLimit } from './address-limit.ts';
import type { Config } from './config.ts';
import { createReceiptClock } from './ingest/clock.ts';
import { createIngest } from './ingest/ingest.ts';
import { createFanOut, type FanOut } from './live/fan-out.ts';
import { createStations } from './live/stations.ts';
import { noteCommitted, noteHeard } from './note-batch.ts';
import { openBackups } from './open-backups.ts';
import { openBroker } from './open-broker.ts';
import { openChannels } from './open-channels.ts';
import { openCredentials } from './open-credentials.ts';
import { openDatabase } from './open-database.ts';
import { openDisplays } from './open-displays.ts';
import { openHomeAssistant } from './open-home-assistant.ts';
import { listenOn, listenWithTls, openCertificateOf } from './open-listeners.ts';
import { openRetention } from './open-retention.ts';
import { openSpoolOf, openWriter } from './open-storage.ts';
import { createReleasers, type Releasers } from './releasers.ts';
import { restoreDays } from './restore-days.ts';
import { leaveAddresses } from './service-addresses.ts';
import { createFigures, type Figures } from './service-figures.ts';
import { START_PATIENCE, type StartPatience } from './start-patience.ts';
import type { StationChange } from './storage/held-series.ts';
import type { CommittedReading, Micros } from './telemetry/reading.ts';
import { newWebCounters } from './web/counters.ts';
import { createMetrics } from './web/metrics.ts';
import { createWebParts } from './web-parts.ts';

/** Of the time for an orderly stop: how much of it what is under way may take to be stored. */
const DRAIN_SHARE = 0.5;

/** A running service. */
export interface Service extends Figures {
  /** Where the page and the API are. */
  readonly http: AddressInfo;
  /** Where the broker is. */
  readonly mqtt: AddressInfo;
  /** The same with TLS, where it is on. */
  readonly https: AddressInfo | undefined;
  readonly mqtts: AddressInfo | undefined;
  /** The credentials that it knows now. */
  readonly credentials: KnownCredentials;
  /** Stops in order: no new connections, what is under way is stored and acknowledged, Postgres goes last. */
  close(): Promise<void>;
  /** For a second Ctrl-C: leaves everything as it is, but does not leave the embedded database behind. */
  abandon(): void;
}

export interface ServiceOptions {
  readonly config: Config;
  readonly version: string;
  /** What commands begin with, for pages; as in a checkout unless told. */
  readonly program?: string;
  readonly log: Logger;
  /** How long it waits at the start, where not as usual. */
  readonly patience?: StartPatience;
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
  const { config, version, log, patience = START_PATIENCE } = options;
  // Loaded while Postgres starts: it takes longer than all else together.
  const loadingWeb = import('./open-web.ts');
  // Heard below; until then a failure of the database comes first.
  loadingWeb.catch(() => undefined);
  const certificate = await openCertificateOf(config, log, releasers);
  const database = await openDatabase(options, releasers);
  const hear = (error: unknown): void => log.error({ err: error }, 'a listener to live readings failed');
  const committed: FanOut<[readonly CommittedReading[]]> = createFanOut(hear);
  const presence: FanOut<[string, boolean]> = createFanOut(hear);
  const gone: FanOut<[readonly StationChange[]]> = createFanOut(hear);
  const clock = createReceiptClock(Date.now, (aheadMs) =>
    log.warn({ aheadMs }, 'the clock of this machine has stepped back; times of receipt go on from before'),
  );
  const stations = createStations([]);
  const spool = await openSpoolOf(config, log, releasers);
  const { writer, preparation, refreshStations } = await openWriter(
    { config, log, database, stations, onStationsChanged: (changes) => gone.emit(changes) },
    releasers,
  );
  const now = (): Micros => clock.now();
  const days = restoreDays(
    { pool: database.reading, stations, preparation, now, log, patienceMs: patience.daysMs },
    releasers,
  );
  const { dataDir } = config;
  const { connection } = database;
  // What is read when the database is ready, and again whenever it changes there.
  const followed = { connection, log, preparation };
  let httpPort: number | undefined;
  const credentials = openCredentials(
    { ...followed, dataDir, patienceMs: patience.credentialsMs },
    releasers,
  );
  const wrongSecrets = createAddressLimit({ most: config.wrongSecretsPerMinute, perSeconds: 60 });
  const channels = openChannels(
    { ...followed, dataDir, clock: now, credentials, wrongSecrets, patienceMs: patience.channelsMs },
    releasers,
  );
  const homeAssistant = openHomeAssistant(config, version, () => httpPort);
  const metrics = createMetrics();
  const ingest = createIngest({
    writer,
    spool,
    clock,
    log,
    observer: metrics.observer,
    decodeOther: (message, isSpooled) => homeAssistant.decode(message) ?? channels.decode(message, isSpooled),
    onCommitted: (rows, batch) => {
      const readings = noteCommitted(stations, rows, committed.isWanted());
      noteHeard(stations, batch);
      if (readings.length > 0) committed.emit(readings);
      channels.noteStored(batch);
    },
    onSpooled: (batch) => noteHeard(stations, batch),
    onRelieved: () => broker.relieved(),
    limits: { drainTimeoutMs: config.shutdownTimeoutMs * DRAIN_SHARE },
  });
  const broker = await openBroker(
    {
      config,
      log,
      ingest,
      stations,
      credentials,
      channels,
      wrongSecrets,
      presence,
      homeAssistant: homeAssistant.announcing,
      now,
    },
    releasers,
  );
  gone.listen((changes) => {
    for (const change of changes) broker.forgetStation(change.station, change.metrics);
  });
  const displays = openDisplays(
    {
      ...followed,
      stations,
      refreshStations,
      restoreDays: () => days.again(),
      forget: (name) => broker.forgetStation(name, []),
      patienceMs: patience.displaysMs,
    },
    releasers,
  );
  committed.listen(
    (readings) => broker.publishLive(readings),
    () => broker.wantsLive(),
  );

  const writes = createAddressLimit({ most: config.httpMaxWritesPerSecond, perSeconds: 1 });
  const httpCounters = newWebCounters();
  const retention = openRetention({ config, log, database, preparation }, releasers);
  const backups = openBackups({ config, version, log, connection, preparation, spool }, releasers);
  const figures = createFigures({
    ingest,
    broker,
    spool,
    channels,
    retention,
    backups,
    httpCounters,
    writes,
    wrongSecrets,
    aheadMs: () => clock.aheadMs(),
  });
  let mqtt: AddressInfo | undefined;
  let mqtts: AddressInfo | undefined;
  const parts = createWebParts({
    config,
    version,
    program: options.program ?? 'npm run thermograph --',
    now,
    database,
    credentials,
    wrongSecrets,
    writes,
    httpCounters,
    stations,
    ingest,
    spool,
    preparation,
    committed,
    presence,
    broker,
    retention,
    backups,
    metrics,
    figures,
    mqttPorts: () => ({ port: mqtt?.port, tlsPort: mqtts?.port }),
  });
  const { openWeb } = await loadingWeb;
  const web = await openWeb({ config, log, boards: channels, parts }, releasers);
  await Promise.all([channels.settled, days.known, displays]);
  await credentials.follow([
    (changed) => broker.reviewAccess({ find: (id) => credentials.find(id), changed }),
    () => web.reviewAccess(),
  ]);

  mqtt = await listenOn(broker, config, 'MQTT_PORT', config.mqttPort);
  mqtts = await listenWithTls(broker, config, 'MQTTS_PORT', config.mqttsPort, certificate);
  const http = await listenOn(web.servers, config, 'HTTP_PORT', config.httpPort);
  httpPort = http.port;
  const https = await listenWithTls(web.servers, config, 'HTTPS_PORT', config.httpsPort, certificate);
  const addresses = {
    host: config.host,
    httpPort: http.port,
    mqttPort: mqtt.port,
    httpsPort: https?.port,
    mqttsPort: mqtts?.port,
  };
  await leaveAddresses(config.dataDir, addresses, log, releasers);
  return {
    http,
    mqtt,
    https,
    mqtts,
    credentials,
    ...figures,
    close: () => releasers.release(),
    abandon: database.abandon,
  };
}
