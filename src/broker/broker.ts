import type { EventEmitter } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import type { AedesOptions, AedesPublishPacket, AuthenticateError, Client } from 'aedes';
import type { Logger } from 'pino';
import type { CommittedReading, Micros } from '../telemetry/reading.ts';
import { LIVE_PREFIX } from '../telemetry/topic.ts';
import type { StationSnapshot } from '../telemetry/station.ts';
import { isForbiddenFilter } from './authorize.ts';
import { createConnections } from './connections.ts';
import { lowerQos } from './granted-qos.ts';
import { createLiveSubscribers } from './live-subscribers.ts';
import { livePacket } from './live-topics.ts';
import { createPersistence } from './persistence.ts';
import { createPresence, type Presence } from './presence.ts';
import { createPublishGate, type Submit } from './publish-gate.ts';
import { createRedeliveries, type Redeliveries } from './redelivery.ts';
import { createSlowSubscriberGate } from './slow-subscribers.ts';
import { StationBroker } from './station-broker.ts';

/** The MQTT broker: stations publish to it, integrators subscribe. */
export interface Broker {
  /** @throws node's own error, EADDRINUSE above all */
  listen(host: string, port: number): Promise<AddressInfo>;
  isListening(): boolean;
  /** Whether anybody subscribes below `live/`. */
  wantsLive(): boolean;
  /** Sends committed readings to whoever subscribes below `live/`. */
  publishLive(readings: readonly CommittedReading[]): void;
  readonly counters: Readonly<BrokerCounters>;
  connectedClients(): number;
  /** Takes no further connections; those that are open go on. */
  stopListening(): void;
  /** Ends all connections. */
  close(): Promise<void>;
}

export interface BrokerCounters {
  connections_opened: number;
  connections_failed: number;
  /** Subscribers that had stopped reading. */
  subscribers_cut: number;
  /** Messages that were not queued for a session, because too many are. */
  queued_messages_dropped: number;
}

export interface BrokerParts {
  readonly submit: Submit;
  readonly now: () => Micros;
  readonly stations: () => readonly StationSnapshot[];
  readonly onPresence: (station: string, online: boolean) => void;
  readonly allowAnonymous: boolean;
  readonly log: Logger;
}

/** A subscriber that reads nothing for so long is cut off. */
const DRAIN_TIMEOUT_MS = 10_000;
const NOT_AUTHORIZED = 5;
/** A client may be silent for one and a half times the keepalive that it asked for [MQTT-3.1.2-24]. */
const KEEPALIVE_GRACE = 1.5;
/**
 * Open QoS 2 messages a client: as many as there are packet identifiers. A lower limit would close the connection after
 * its readings are stored, and have them sent again.
 */
const MAX_PACKET_ID = 65_535;

export async function createBroker(parts: BrokerParts): Promise<Broker> {
  const counters: BrokerCounters = {
    connections_opened: 0,
    connections_failed: 0,
    subscribers_cut: 0,
    queued_messages_dropped: 0,
  };
  const keepsUp = createSlowSubscriberGate((client) => {
    counters.subscribers_cut += 1;
    parts.log.warn({ clientId: client.id }, 'a subscriber that had stopped reading was cut off');
  });
  const aedes = createAedes(parts, counters, (client, packet) => {
    if (isLive(packet) && liveSubscribers.has(client)) return null;
    return keepsUp(client) ? lowerQos(client, packet) : null;
  });
  const liveSubscribers = createLiveSubscribers({
    clients: () => connections.clients(),
    isSessionAway: () => aedes.interest.isKept('live'),
    keepsUp,
  });
  aedes.onSubscriptionsChanged = () => liveSubscribers.changed();
  const { presence, redeliveries } = followSessions(aedes, parts, counters);
  const gate = createPublishGate({
    submit: parts.submit,
    now: parts.now,
    presence,
    redeliveries,
    connectionOf: (client) => connections.of(client),
    isWanted: (topic) => aedes.isWanted(topic),
    fanOut: (packet, client) => aedes.publish(packet, client, ignore),
  });
  aedes.authorizePublish = gate.authorizePublish;
  // oxlint-disable-next-line typescript/unbound-method -- Aedes binds it itself
  const connections = createConnections(aedes.handle, gate.take);
  await aedes.listen();
  aedes.preConnect = (client, packet, done) => {
    const connection = connections.of(client);
    if (connection !== undefined && packet.keepalive) {
      connection.maxSilenceMs = packet.keepalive * 1000 * KEEPALIVE_GRACE;
    }
    // Aedes would count only the packets that are handed to it.
    packet.keepalive = 0;
    done(null, true);
  };
  const server = createServer({ noDelay: true, keepAlive: true }, (socket) => connections.accept(socket));

  return {
    counters,
    connectedClients: () => aedes.connectedClients,
    isListening: () => server.listening,
    listen: (host, port) => listen(server, host, port),
    wantsLive: () => aedes.interest.in('live'),
    publishLive(readings) {
      if (!aedes.interest.in('live')) return;
      liveSubscribers.send(readings);
      if (!liveSubscribers.areOthersLeft()) return;
      for (const reading of readings) aedes.publish(livePacket(reading), ignore);
    },
    // Its callback would wait for the open connections, which are to go on.
    stopListening: () => void server.close(ignore),
    async close() {
      await connections.close();
      await new Promise<void>((resolve) => {
        aedes.close(resolve);
      });
    },
  };
}

function createAedes(
  { allowAnonymous, stations, log }: BrokerParts,
  counters: BrokerCounters,
  authorizeForward: NonNullable<AedesOptions['authorizeForward']>,
): StationBroker {
  const persistence = createPersistence(stations, () => (counters.queued_messages_dropped += 1));
  const aedes = new StationBroker({
    persistence,
    drainTimeout: DRAIN_TIMEOUT_MS,
    maxInflightInbound: MAX_PACKET_ID,
    authenticate: (_client, _username, _password, done) => {
      if (allowAnonymous) done(null, true);
      else done(new NotAuthorizedError(), null);
    },
    authorizeForward,
    authorizeSubscribe: (client, subscription, done) => {
      if (isForbiddenFilter(subscription.topic)) {
        done(null, null);
        return;
      }
      if (!client.clean) aedes.interest.keep(subscription.topic);
      done(null, subscription);
    },
  });
  // Aedes emits it when its persistence fails, but does not declare it.
  const emitter: EventEmitter = aedes;
  emitter.on('error', (error: Error) => log.error({ err: error }, 'the broker failed'));
  return aedes;
}

/** Retained ones are what a new subscriber gets first, and no batch. */
function isLive({ topic, retain }: AedesPublishPacket): boolean {
  return !retain && topic.startsWith(LIVE_PREFIX);
}

interface Sessions {
  readonly presence: Presence;
  readonly redeliveries: Redeliveries;
}

function followSessions(aedes: StationBroker, parts: BrokerParts, counters: BrokerCounters): Sessions {
  const presence = createPresence(parts.onPresence);
  const redeliveries = createRedeliveries();
  aedes.on('client', (client) => {
    counters.connections_opened += 1;
    // A clean session begins with nothing of an earlier one [MQTT-3.1.2-6].
    if (client.clean) redeliveries.forget(client.id);
    else redeliveries.resume(client.id);
  });
  aedes.on('clientDisconnect', (client) => {
    presence.left(client);
    if (client.clean) redeliveries.forget(client.id);
    else redeliveries.pause(client.id);
  });
  const report = (client: Client, error: Error): void => {
    counters.connections_failed += 1;
    parts.log.debug({ err: error, clientId: client.id }, 'a connection was closed');
  };
  aedes.on('clientError', report);
  aedes.on('connectionError', report);
  return { presence, redeliveries };
}

function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on a port has one
      resolve(server.address() as AddressInfo);
    });
  });
}

class NotAuthorizedError extends Error implements AuthenticateError {
  // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the enum exists in Aedes' types only
  readonly returnCode = NOT_AUTHORIZED;

  constructor() {
    super('this service takes no anonymous clients');
    this.name = 'NotAuthorizedError';
  }
}

function ignore(): void {}
