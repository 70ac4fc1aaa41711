import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { AedesPublishPacket, Client } from 'aedes';
import type { Logger } from 'pino';
import type { Credential } from '../access/credential.ts';
import { mayReceive, maySubscribe } from '../access/permissions.ts';
import type { CommittedReading, Micros } from '../telemetry/reading.ts';
import { LIVE_PREFIX } from '../telemetry/topic.ts';
import type { StationSnapshot } from '../telemetry/station.ts';
import { createConnectionQuota } from '../transport/connection-quota.ts';
import { createDoor } from '../transport/door.ts';
import { type AdmissionParts, createAdmission } from './admission.ts';
import { createClientIds } from './client-ids.ts';
import { countConnections, RevokedError } from './count-connections.ts';
import { type BrokerCounters, createBrokerCounters } from './counters.ts';
import { createAedes } from './create-aedes.ts';
import type { Remote } from './connection-parts.ts';
import { farewell } from './forget-station.ts';
import { createConnections } from './connections.ts';
import { createGrantedQos } from './granted-qos.ts';
import type { BrokerLimits } from './limits.ts';
import { announceStations, type HomeAssistant } from './home-assistant/announce.ts';
import { createInterest } from './interest.ts';
import { createListeners, type ListenerTls } from './listeners.ts';
import { createLiveSubscribers } from './live-subscribers.ts';
import { livePacket } from './live-topics.ts';
import { createPersistence } from './persistence.ts';
import { createRefusals } from './refusals.ts';
import { createPublishGate, type Submit } from './publish-gate.ts';
import { type ChannelRefusal, createPublishRules } from './publish-rules.ts';
import { followSessions } from './sessions.ts';
import { createSlowSubscriberGate, MAX_WAITING_PACKET_BYTES } from './slow-subscribers.ts';
import { createSubscriptionGate } from './subscription-gate.ts';
import { openBrokerState } from './state/broker-state.ts';

/** The MQTT broker: stations publish to it, integrators subscribe. */
export interface Broker {
  /** @throws node's own error, EADDRINUSE above all */
  listen(host: string, port: number, tls?: ListenerTls): Promise<AddressInfo>;
  /** Whether it does so on every port it was told to. */
  isListening(): boolean;
  /**
   * Takes a connection that came another way, over WebSocket; one too many is cut, and any once it takes no further ones.
   * @returns whether it was taken
   */
  accept(stream: Duplex, remote: Remote): boolean;
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
  /** Credentials have changed: ends the connections of those that did, and what they may no longer read. */
  reviewAccess(credentials: ReviewedCredentials): void;
  /** A name is no station's any more: takes back what is retained of it. */
  forgetStation(station: string, metrics: readonly string[]): void;
  /** Takes no further connections; those that are open go on. */
  stopListening(): void;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** The credentials as they are now. */
export interface ReviewedCredentials {
  readonly find: (id: number) => Credential | undefined;
  /** Those whose secret was replaced, or what they may do. */
  readonly changed: ReadonlySet<number>;
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
  /** Who shows this user name and password. */
  readonly logIn: AdmissionParts['logIn'];
  readonly loginFailed: AdmissionParts['loginFailed'];
  /** Why somebody may not write to a channel of ThingSpeak's; without it nobody may. */
  readonly channelRefusal?: ChannelRefusal;
  /** Whom to announce the stations to; without it nobody. */
  readonly homeAssistant?: HomeAssistant | undefined;
  readonly areCredentialsKnown: () => boolean;
  /** Whether there is a credential of that name. */
  readonly hasName: (name: string) => boolean;
  readonly limits: BrokerLimits;
  readonly log: Logger;
}

/** @throws StateFolderError when `stateDir` can't be used */
export async function createBroker(parts: BrokerParts): Promise<Broker> {
  const { limits } = parts;
  const counters = createBrokerCounters();
  const refusals = createRefusals(counters, parts.log);
  const interest = createInterest();
  const clientIds = createClientIds((clientId) => state.sessions.find(clientId)?.owner ?? null);
  const state = await openBrokerState({
    ...parts,
    folder: parts.stateDir,
    counters,
    interest,
    ownerOf: (id) => clientIds.ownerOf(id),
    mayKeep: (client, filter) => maySubscribe(principalOf(client), filter),
    maxQueuedMessages: limits.maxQueuedMessages,
  });
  const addressOf = (client: Client): string => connections.of(client)?.address ?? '';
  const refusalOf = createPublishRules({ ...parts, homeAssistant: parts.homeAssistant?.prefix, addressOf });
  const { authenticate, principalOf, expel } = createAdmission({
    ...parts,
    areKnown: parts.areCredentialsKnown,
    addressOf,
    onUnavailable: () => (counters.connections_refused += 1),
    clientIds,
    refusalOf,
    refusals,
  });
  const announcing = announceStations(parts.homeAssistant, state.retained);
  const grantedQos = createGrantedQos();
  const subscriptions = createSubscriptionGate({ principalOf, refusals, limits });
  const keepsUp = createSlowSubscriberGate((client) => {
    counters.subscribers_cut += 1;
    const address = connections.of(client)?.address;
    parts.log.warn({ clientId: client.id, address }, 'a subscriber that had stopped reading was cut off');
  });
  const aedes = createAedes({
    log: parts.log,
    persistence: createPersistence({
      state,
      stations: parts.stations,
      discovery: announcing.discovery,
      isGranted: subscriptions.isGranted,
    }),
    interest,
    authenticate,
    authorizeSubscribe: subscriptions.authorizeSubscribe,
    limits,
    authorizeForward: (client, packet) => {
      // Out of a session's queue, which goes on only when the client reads: a refusal would take it from there.
      const isQueued = packet.messageId !== undefined;
      // To one that has gone nothing is written, and what is queued stays for it. Of all else Aedes would make an error
      // each, with all that its stack refers to.
      if (client.closed) return isQueued ? packet : null;
      if (!mayReceive(principalOf(client), packet.topic)) return null;
      if (isQueued) return grantedQos.lower(client, packet);
      if (isLive(packet) && liveSubscribers.has(client)) return null;
      return keepsUp(client, MAX_WAITING_PACKET_BYTES) ? grantedQos.lower(client, packet) : null;
    },
  });
  const liveSubscribers = createLiveSubscribers({
    clients: () => connections.clients(),
    isReady: (client) => connections.of(client)?.isOpen ?? false,
    isSessionAway: () => interest.isKept('live'),
    keepsUp,
  });
  subscriptions.follow(aedes);
  aedes.onSubscriptionsChanged = () => {
    grantedQos.changed();
    liveSubscribers.changed();
  };
  const { presence, redeliveries } = followSessions(aedes, state.sessions, parts.onPresence);
  countConnections(aedes, {
    counters,
    refusals,
    log: parts.log,
    addressOf: (client) => connections.of(client)?.address,
  });
  const gate = createPublishGate({
    submit: parts.submit,
    refusalOf,
    now: parts.now,
    presence,
    redeliveries,
    principalOf,
    refusals,
    connectionOf: (client) => connections.of(client),
    openCount: ({ id }) => state.sessions.find(id)?.openCount ?? 0,
    isTaken: ({ id }, packetId) => state.sessions.find(id)?.isOpen(packetId) ?? false,
    isWanted: (topic) => aedes.isWanted(topic),
    fanOut: (packet, client) => aedes.publish(packet, client, ignore),
  });
  aedes.authorizePublish = gate.authorizePublish;
  // oxlint-disable-next-line typescript/unbound-method -- Aedes binds it itself
  const connections = createConnections(aedes.handle, {
    intake: { take: gate.take, isCongested: parts.isCongested },
    limits,
    onDelayed: () => (counters.clients_delayed += 1),
    onClosed: (client) => clientIds.release(client),
  });
  await aedes.listen();
  announcing.follow((packet) => aedes.publish(packet, ignore));
  aedes.preConnect = (client, packet, done) => {
    grantedQos.deliverAtHighest(client);
    connections.of(client)?.expectSign(packet.keepalive ?? 0);
    // Aedes would count only the packets that are handed to it.
    packet.keepalive = 0;
    done(null, true);
  };
  aedes.on('connackSent', ({ returnCode }, client) => {
    if (returnCode === 0) connections.connected(client);
  });
  const door = createDoor({
    quota: createConnectionQuota(limits),
    onRefused: (address, reason) => refusals.note('connection', { address, reason }),
  });
  const listeners = createListeners(door, (socket, remote) => connections.accept(socket, remote));
  let isStopping = false;

  return {
    counters,
    connectedClients: () => aedes.connectedClients,
    relieved: () => connections.relieved(),
    unwrittenChanges: () => state.unwritten(),
    isListening: () => listeners.areListening(),
    listen: (host, port, tls) => listeners.listen(host, port, tls),
    accept(stream, remote) {
      const isTaken = !isStopping && door.admit(stream, remote.address, remote.isProxy ?? false);
      if (isTaken) connections.accept(stream, remote);
      else stream.destroy();
      return isTaken;
    },
    wantsLive: () => interest.in('live'),
    publishLive(readings) {
      if (!interest.in('live')) return;
      liveSubscribers.send(readings);
      if (!liveSubscribers.areOthersLeft()) return;
      for (const reading of readings) aedes.publish(livePacket(reading), ignore);
    },
    reviewAccess({ find, changed }) {
      for (const client of connections.clients()) {
        const { id } = principalOf(client);
        if (id === null || (find(id) !== undefined && !changed.has(id))) continue;
        expel(client);
        client.emit('error', new RevokedError());
      }
      state.sessions.review(find);
    },
    forgetStation(station, metrics) {
      for (const packet of farewell(station, metrics, state.retained)) aedes.publish(packet, ignore);
    },
    stopListening() {
      isStopping = true;
      listeners.stop();
    },
    async close() {
      announcing.stop();
      await connections.close();
      await new Promise<void>((resolve) => {
        aedes.close(resolve);
      });
      await state.close();
    },
  };
}

/** Retained ones are what a new subscriber gets first, and empty ones the last of a station: no batch has them. */
function isLive({ topic, retain, payload }: AedesPublishPacket): boolean {
  return !retain && payload.length > 0 && topic.startsWith(LIVE_PREFIX);
}

function ignore(): void {}
