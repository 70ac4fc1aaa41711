import type { AedesOptions, Client, PublishPacket } from 'aedes';
import { memoize } from '../telemetry/memoize.ts';
import type { Message, Micros } from '../telemetry/reading.ts';
import { forbiddenTopic } from './authorize.ts';
import type { Connection, Take } from './connection.ts';
import type { Presence } from './presence.ts';
import type { PublishFields } from './publish-packet.ts';
import type { Redeliveries } from './redelivery.ts';

/** What ingest made of a message, as far as the broker needs it. */
export interface Acceptance {
  readonly decoded: {
    /** The station that the topic names. */
    readonly station: string | null;
    readonly status: 'online' | 'offline' | null;
  };
}

/** Learns what became of a message. */
export interface Sender {
  /** Called once: after the commit, in the order of submission, or with the reason why it was not stored. */
  settled(error: Error | null, acceptance: Acceptance | null): void;
}

export type Submit = (message: Message, sender: Sender) => void;

export interface PublishGateParts {
  readonly submit: Submit;
  readonly now: () => Micros;
  readonly presence: Presence;
  readonly redeliveries: Redeliveries;
  /** The connection of a client, if it is still there. */
  readonly connectionOf: (client: Client) => Connection | undefined;
  /** Whether anybody is to get what is published there. */
  readonly isWanted: (topic: string) => boolean;
  /** Hands a message to its subscribers. */
  readonly fanOut: (packet: PublishPacket, client: Client) => void;
}

export interface PublishGate {
  /** Takes messages of QoS 0 and 1 from their connection. */
  readonly take: Take;
  /**
   * Takes what Aedes asks about: messages of QoS 2 and last wills, which come when their client has gone, or with none.
   * The acknowledgement is held here: Aedes sends PUBREC only after this callback. An error closes the connection
   * without one.
   */
  readonly authorizePublish: NonNullable<AedesOptions['authorizePublish']>;
}

/**
 * Where messages enter, and where their acknowledgement is held until the commit. Those of one client are acknowledged
 * in the order in which they came [MQTT-4.6.0-2].
 */
export function createPublishGate(parts: PublishGateParts): PublishGate {
  const isForbidden = memoize(forbiddenTopic);
  return {
    take(connection, fields) {
      const forbidden = isForbidden(fields.topic);
      if (forbidden !== null) {
        connection.client.emit('error', new Error(forbidden));
        return;
      }
      const publication = new Publication(connection, fields, parts);
      connection.unanswered();
      parts.submit(publication, publication);
    },
    authorizePublish(client, packet, callback) {
      const forbidden = isForbidden(packet.topic);
      if (forbidden !== null) {
        callback(new Error(forbidden));
        return;
      }
      // Last wills come when their client has gone.
      const isWill = client === null || client.closed;
      const connection = isWill ? undefined : parts.connectionOf(client);
      connection?.unanswered();
      parts.submit(toMessage(client, packet, parts), {
        settled(error, acceptance) {
          connection?.answered();
          if (error !== null) {
            // The connection is about to be ended in order: to close it here could take earlier acknowledgements with it.
            if (!isClosing(error)) callback(error);
            return;
          }
          if (acceptance !== null) notePresence(parts.presence, client, acceptance);
          // There may be nobody to acknowledge it to any more, but subscribers get what is stored. Aedes would not tell
          // them, and keep the number of the message for good.
          if (!isWill && client.closed) parts.fanOut(packet, client);
          else callback(null);
        },
      });
    },
  };
}

/** A message of QoS 0 or 1, from its receipt to its acknowledgement. */
class Publication implements Message, Sender {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1;
  readonly clientId: string;
  readonly receivedAt: Micros;
  readonly firstReceivedAt: Micros;
  readonly #connection: Connection;
  readonly #packetId: number;
  readonly #retain: boolean;
  readonly #parts: PublishGateParts;

  constructor(connection: Connection, fields: PublishFields, parts: PublishGateParts) {
    this.#connection = connection;
    this.#parts = parts;
    this.topic = fields.topic;
    this.payload = fields.payload;
    this.qos = fields.qos;
    this.#retain = fields.retain;
    this.#packetId = fields.packetId;
    this.clientId = connection.client.id;
    this.receivedAt = parts.now();
    this.firstReceivedAt =
      fields.qos === 0
        ? this.receivedAt
        : parts.redeliveries.firstReceivedAt(this.clientId, fields, this.receivedAt);
  }

  settled(error: Error | null, acceptance: Acceptance | null): void {
    this.#connection.answered();
    const { client } = this.#connection;
    if (error === null) {
      if (acceptance !== null) notePresence(this.#parts.presence, client, acceptance);
      if (this.qos === 1) this.#connection.acknowledge(this.#packetId);
    } else if (this.qos === 1) {
      // The connection is about to be ended in order: to close it here could take earlier acknowledgements with it.
      if (!isClosing(error)) client.emit('error', error);
      return;
    }
    // QoS 0 knows no refusal: the message is counted as dropped, the connection stays, and subscribers get it.
    if (this.#retain || this.#parts.isWanted(this.topic)) this.#fanOut(client);
  }

  #fanOut(client: Client): void {
    const { topic, payload, qos } = this;
    this.#parts.fanOut({ cmd: 'publish', topic, payload, qos, retain: this.#retain, dup: false }, client);
  }
}

function isClosing(error: Error): boolean {
  return 'code' in error && error.code === 'ingest-closed';
}

function notePresence(
  presence: Presence,
  client: Client | null,
  { decoded: { station, status } }: Acceptance,
): void {
  if (station === null) return;
  const isThere = client !== null && !client.closed;
  if (isThere) presence.heard(client, station);
  // Who has gone while the message was being stored can only have been online; last wills say `offline`.
  if (status === 'offline' || (isThere && status === 'online')) presence.said(station, status);
}

function toMessage(
  client: Client | null,
  { topic, payload, qos, dup, messageId }: PublishPacket,
  { now, redeliveries }: PublishGateParts,
): Message {
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
  const clientId = client?.id ?? null;
  const receivedAt = now();
  const firstReceivedAt =
    messageId === undefined || clientId === null
      ? receivedAt
      : redeliveries.firstReceivedAt(
          clientId,
          { topic, payload: bytes, packetId: messageId, dup },
          receivedAt,
        );
  return { topic, payload: bytes, qos, clientId, receivedAt, firstReceivedAt };
}
