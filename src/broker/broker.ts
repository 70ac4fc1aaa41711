import type { EventEmitter } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { AuthenticateError, Client, PublishPacket } from 'aedes';
import type { Logger } from 'pino';
import type { CommittedReading, Message, Micros } from '../telemetry/reading.ts';
import type { StationSnapshot } from '../telemetry/station.ts';
import { memoize } from '../telemetry/memoize.ts';
import { forbiddenTopic, isForbiddenFilter } from './authorize.ts';
import { lowerQos } from './granted-qos.ts';
import { livePacket } from './live-topics.ts';
import { limitPackets } from './packet-limit.ts';
import { createPersistence } from './persistence.ts';
import { createPresence } from './presence.ts';
import { createRedeliveries } from './redelivery.ts';
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

/** What ingest made of a message, as far as the broker needs it. */
export interface Acceptance {
  /** The station that the topic names. */
  readonly station: string | null;
  readonly status: 'online' | 'offline' | null;
}

export interface BrokerParts {
  /** `done` is called after the commit, in the order of the calls, or with the reason why it was not stored. */
  readonly submit: (
    message: Message,
    done: (error: Error | null, acceptance: Acceptance | null) => void,
  ) => void;
  readonly now: () => Micros;
  readonly stations: () => readonly StationSnapshot[];
  readonly onPresence: (station: string, online: boolean) => void;
  readonly allowAnonymous: boolean;
  readonly log: Logger;
}

/** Longest packet, in bytes; payloads over 64 KiB are within it still rejected with a reason rather than cut off. */
const MAX_PACKET_BYTES = 256 * 1024;
/** A subscriber that reads nothing for so long is cut off. */
const DRAIN_TIMEOUT_MS = 10_000;
/** Packets that a client may send behind CONNECT before it is answered; Aedes' own 42 cuts off quick stations. */
const QUEUE_LIMIT = 1_000;
const NOT_AUTHORIZED = 5;
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
  const aedes = createAedes(parts, counters);
  const sessions = followSessions(aedes, parts, counters);
  aedes.authorizePublish = createPublishGate(aedes, parts, sessions);
  await aedes.listen();
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true, keepAlive: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    limitPackets(aedes.handle(socket), MAX_PACKET_BYTES);
  });

  return {
    counters,
    connectedClients: () => aedes.connectedClients,
    isListening: () => server.listening,
    listen: (host, port) => listen(server, host, port),
    wantsLive: () => aedes.interest.in('live'),
    publishLive(readings) {
      if (!aedes.interest.in('live')) return;
      for (const reading of readings) aedes.publish(livePacket(reading), ignore);
    },
    // Its callback would wait for the open connections, which are to go on.
    stopListening: () => void server.close(ignore),
    async close() {
      await new Promise<void>((resolve) => {
        aedes.close(resolve);
      });
      // Aedes does not know of those that have not said CONNECT.
      for (const socket of sockets) socket.destroy();
    },
  };
}

function createAedes(
  { allowAnonymous, stations, log }: BrokerParts,
  counters: BrokerCounters,
): StationBroker {
  const keepsUp = createSlowSubscriberGate((client) => {
    counters.subscribers_cut += 1;
    log.warn({ clientId: client.id }, 'a subscriber that had stopped reading was cut off');
  });
  const persistence = createPersistence(stations, () => (counters.queued_messages_dropped += 1));
  const aedes = new StationBroker({
    persistence,
    drainTimeout: DRAIN_TIMEOUT_MS,
    queueLimit: QUEUE_LIMIT,
    maxInflightInbound: MAX_PACKET_ID,
    authenticate: (_client, _username, _password, done) => {
      if (allowAnonymous) done(null, true);
      else done(new NotAuthorizedError(), null);
    },
    authorizeForward: (client, packet) => (keepsUp(client) ? lowerQos(client, packet) : null),
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

interface Sessions {
  readonly presence: ReturnType<typeof createPresence>;
  readonly redeliveries: ReturnType<typeof createRedeliveries>;
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

/**
 * The acknowledgement is held here: Aedes sends PUBACK and PUBREC only after this callback, and what it calls
 * afterwards comes too late. A whole chunk of a socket passes through at once, so the messages of one client batch, and
 * they are acknowledged in the order in which their callbacks are called [MQTT-4.6.0-2]. An error closes the connection
 * without an acknowledgement. Last wills pass here too: with a client that has gone, or with none.
 */
function createPublishGate(aedes: StationBroker, parts: BrokerParts, { presence, redeliveries }: Sessions) {
  const isForbidden = memoize(forbiddenTopic);
  return (client: Client | null, packet: PublishPacket, callback: (error?: Error | null) => void): void => {
    const forbidden = isForbidden(packet.topic);
    if (forbidden !== null) {
      callback(new Error(forbidden));
      return;
    }
    // Last wills come when their client has gone.
    const isWill = client === null || client.closed;
    const message = toMessage(client, packet, parts.now(), redeliveries);
    parts.submit(message, (error, acceptance) => {
      if (error !== null) {
        // QoS 0 knows no refusal: the message is counted as dropped, and the connection stays.
        callback(message.qos === 0 ? null : error);
        return;
      }
      const isThere = client !== null && !client.closed;
      if (acceptance !== null && acceptance.station !== null) {
        if (isThere) presence.heard(client, acceptance.station);
        // Who has gone while the message was being stored can only have been online; last wills say `offline`.
        if (acceptance.status === 'offline' || (isThere && acceptance.status !== null)) {
          presence.said(acceptance.station, acceptance.status);
        }
      }
      // There is nobody to acknowledge it to any more, but subscribers get what is stored. Aedes would tell them at QoS 2
      // only, and keep the number of the message for good.
      if (!isThere && !isWill) aedes.publish(packet, client, ignore);
      else callback(null);
    });
  };
}

function toMessage(
  client: Client | null,
  { topic, payload, qos, dup, messageId }: PublishPacket,
  now: Micros,
  redeliveries: Sessions['redeliveries'],
): Message {
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
  const clientId = client?.id ?? null;
  const firstReceivedAt =
    messageId === undefined || clientId === null
      ? now
      : redeliveries.firstReceivedAt(clientId, { topic, payload: bytes, packetId: messageId, dup }, now);
  return { topic, payload: bytes, qos, clientId, receivedAt: now, firstReceivedAt };
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
