import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { AedesPublishPacket, Client } from 'aedes';
import type { Logger } from 'pino';
import type { CommittedReading, Micros } from '../telemetry/reading.ts';
import { LIVE_PREFIX } from '../telemetry/topic.ts';
import type { StationSnapshot } from '../telemetry/station.ts';
import { createAedes } from './create-aedes.ts';
import type { Remote } from './connection.ts';
import { createConnections } from './connections.ts';
import { lowerQos } from './granted-qos.ts';
import { createInterest } from './interest.ts';
import { createListeners, type ListenerTls } from './listeners.ts';
import { createLiveSubscribers } from './live-subscribers.ts';
import { livePacket } from './live-topics.ts';
import { isStalled } from './publication.ts';
import { createPersistence } from './persistence.ts';
import { createPublishGate, type Submit } from './publish-gate.ts';
import { followSessions } from './sessions.ts';
import { createSlowSubscriberGate } from './slow-subscribers.ts';
import { openBrokerState, type StateCounters } from './state/broker-state.ts';
import type { StationBroker } from './station-broker.ts';

/** The MQTT broker: stations publish to it, integrators subscribe. */
export interface Broker {
  /** @throws node's own error, EADDRINUSE above all */
  listen(host: string, port: number, tls?: ListenerTls): Promise<AddressInfo>;
  /** Whether it does so on every port it was told to. */
  isListening(): boolean;
  /** Takes a connection that came another way, over WebSocket; once it takes no further ones, it is cut. */
  accept(stream: Duplex, remote: Remote): void;
  /** Whether anybody subscribes below `live/`. */
  wantsLive(): boolean;
  /** Sends committed readings to whoever subscribes below `live/`. */
  publishLive(readings: readonly CommittedReading[]): void;
  readonly counters: Readonly<BrokerCounters>;
  connectedClients(): number;
  /** Clients are read from again that were held while too much waited. */
  relieved(): void;
  /** Changes of sessions and retained messages that would not survive a `kill -9` yet. */
  unwrittenChanges(): number;
  /** Takes no further connections; those that are open go on. */
  stopListening(): void;
  /** Ends all connections. */
  close(): Promise<void>;
}

export interface BrokerCounters extends StateCounters {
  connections_opened: number;
  connections_failed: number;
  /** Not let in, because nothing could be stored. */
  connections_refused: number;
  /** Among those that failed: closed because what they had sent could not be stored for too long. */
  connections_stalled: number;
  /** Subscribers that had stopped reading. */
  subscribers_cut: number;
}

export interface BrokerParts {
  /** The folder of what lasts beyond a restart: sessions, what is queued for them, and retained messages. */
  readonly stateDir: string;
  readonly submit: Submit;
  /** Whether so much waits to be stored that clients should not be read from; {@link Broker.relieved} tells when not. */
  readonly isCongested: () => boolean;
  /** Whether nothing can be stored, so that no client should be let in. */
  readonly isRefusing: () => boolean;
  readonly now: () => Micros;
  readonly stations: () => readonly StationSnapshot[];
  readonly onPresence: (station: string, online: boolean) => void;
  readonly allowAnonymous: boolean;
  readonly log: Logger;
}

/** @throws StateFolderError when `stateDir` can't be used */
export async function createBroker(parts: BrokerParts): Promise<Broker> {
  const counters: BrokerCounters = {
    connections_opened: 0,
    connections_failed: 0,
    connections_refused: 0,
    connections_stalled: 0,
    subscribers_cut: 0,
    queued_messages_dropped: 0,
    sessions_expired: 0,
    sessions_dropped: 0,
    retained_messages_refused: 0,
    state_writes_failed: 0,
  };
  const interest = createInterest();
  const state = await openBrokerState({ ...parts, folder: parts.stateDir, counters, interest });
  const keepsUp = createSlowSubscriberGate((client) => {
    counters.subscribers_cut += 1;
    const address = connections.of(client)?.address;
    parts.log.warn({ clientId: client.id, address }, 'a subscriber that had stopped reading was cut off');
  });
  const aedes = createAedes({
    ...parts,
    onRefused: () => (counters.connections_refused += 1),
    persistence: createPersistence(state, parts.stations),
    interest,
    authorizeForward: (client, packet) => {
      // Out of a session's queue, which goes on only when the client reads: a refusal would take it from there.
      if (packet.messageId !== undefined) return lowerQos(client, packet);
      if (isLive(packet) && liveSubscribers.has(client)) return null;
      return keepsUp(client) ? lowerQos(client, packet) : null;
    },
  });
  const liveSubscribers = createLiveSubscribers({
    clients: () => connections.clients(),
    isReady: (client) => connections.of(client)?.isOpen ?? false,
    isSessionAway: () => interest.isKept('live'),
    keepsUp,
  });
  aedes.onSubscriptionsChanged = () => liveSubscribers.changed();
  const { presence, redeliveries } = followSessions(aedes, state.sessions, parts.onPresence);
  countConnections(aedes, counters, (error, client) => {
    const address = connections.of(client)?.address;
    parts.log.debug({ err: error, clientId: client.id, address }, 'a connection was closed');
  });
  const gate = createPublishGate({
    submit: parts.submit,
    now: parts.now,
    presence,
    redeliveries,
    connectionOf: (client) => connections.of(client),
    isTaken: ({ id }, packetId) => state.sessions.find(id)?.isOpen(packetId) ?? false,
    isWanted: (topic) => aedes.isWanted(topic),
    fanOut: (packet, client) => aedes.publish(packet, client, ignore),
  });
  aedes.authorizePublish = gate.authorizePublish;
  // oxlint-disable-next-line typescript/unbound-method -- Aedes binds it itself
  const connections = createConnections(aedes.handle, { take: gate.take, isCongested: parts.isCongested });
  await aedes.listen();
  aedes.preConnect = (client, packet, done) => {
    connections.of(client)?.expectSign(packet.keepalive ?? 0);
    // Aedes would count only the packets that are handed to it.
    packet.keepalive = 0;
    done(null, true);
  };
  aedes.on('connackSent', ({ returnCode }, client) => {
    if (returnCode === 0) connections.connected(client);
  });
  const listeners = createListeners((socket, remote) => connections.accept(socket, remote));
  let isStopping = false;

  return {
    counters,
    connectedClients: () => aedes.connectedClients,
    relieved: () => connections.relieved(),
    unwrittenChanges: () => state.unwritten(),
    isListening: () => listeners.areListening(),
    listen: (host, port, tls) => listeners.listen(host, port, tls),
    accept(stream, remote) {
      if (isStopping) stream.destroy();
      else connections.accept(stream, remote);
    },
    wantsLive: () => interest.in('live'),
    publishLive(readings) {
      if (!interest.in('live')) return;
      liveSubscribers.send(readings);
      if (!liveSubscribers.areOthersLeft()) return;
      for (const reading of readings) aedes.publish(livePacket(reading), ignore);
    },
    stopListening() {
      isStopping = true;
      listeners.stop();
    },
    async close() {
      await connections.close();
      await new Promise<void>((resolve) => {
        aedes.close(resolve);
      });
      await state.close();
    },
  };
}

function countConnections(
  aedes: StationBroker,
  counters: BrokerCounters,
  onFailed: (error: Error, client: Client) => void,
): void {
  aedes.on('client', () => (counters.connections_opened += 1));
  const failed = new WeakSet<Client>();
  const report = (client: Client, error: Error): void => {
    // Aedes reports one for each packet that it could not send any more.
    if (failed.has(client)) return;
    failed.add(client);
    counters.connections_failed += 1;
    if (isStalled(error)) counters.connections_stalled += 1;
    onFailed(error, client);
  };
  aedes.on('clientError', report);
  aedes.on('connectionError', report);
}

/** Retained ones are what a new subscriber gets first, and no batch. */
function isLive({ topic, retain }: AedesPublishPacket): boolean {
  return !retain && topic.startsWith(LIVE_PREFIX);
}

function ignore(): void {}
