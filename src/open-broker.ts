import path from 'node:path';
import type { Logger } from 'pino';
import { type KnownCredentials, logIn } from './access/login.ts';
import type { AddressLimit } from './address-limit.ts';
import { type Broker, createBroker } from './broker/broker.ts';
import type { HomeAssistantFacts } from './broker/home-assistant/announce.ts';
import type { Config } from './config.ts';
import type { Channels } from './open-channels.ts';
import type { Ingest } from './ingest/ingest.ts';
import type { FanOut } from './live/fan-out.ts';
import type { Stations } from './live/stations.ts';
import type { Releasers } from './releasers.ts';
import type { Micros } from './telemetry/reading.ts';

export interface BrokerNeeds {
  readonly config: Config;
  readonly log: Logger;
  readonly ingest: Ingest;
  readonly stations: Stations;
  readonly credentials: KnownCredentials;
  readonly channels: Pick<Channels, 'access'>;
  readonly wrongSecrets: AddressLimit;
  readonly presence: FanOut<[string, boolean]>;
  readonly homeAssistant: HomeAssistantFacts | undefined;
  readonly now: () => Micros;
}

/** @throws StateFolderError when the folder of sessions can't be used */
export async function openBroker(needs: BrokerNeeds, releasers: Releasers): Promise<Broker> {
  const { config, log, ingest, stations, credentials, wrongSecrets, presence, now } = needs;
  const { access } = needs.channels;
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
    limits: config,
    areCredentialsKnown: () => credentials.isKnown(),
    hasName: (name) => credentials.hasName(name),
    homeAssistant: needs.homeAssistant && {
      ...needs.homeAssistant,
      stations: { all: () => stations.all(), find: (name) => stations.find(name) },
      changed: stations.watchSeries(),
    },
    loginFailed: (address) => wrongSecrets.count(address),
    logIn: (name, secret) =>
      access.logIn(logIn(credentials, config.allowAnonymous, name, secret), name, secret),
    channelRefusal: (...write) => access.refusalOf(...write),
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
