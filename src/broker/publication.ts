import type { Client, PublishPacket } from 'aedes';
import type { Message, Micros } from '../telemetry/reading.ts';
import type { Connection } from './connection.ts';
import type { Presence } from './presence.ts';
import type { PublishFields } from './publish-packet.ts';
import type { Redeliveries } from './redelivery.ts';

/** What ingest made of a message, as far as the broker needs it. */
export interface Acceptance {
  readonly decoded: {
    /** The station that the topic names. */
    readonly station: string | null;
    readonly status: 'online' | 'offline' | null;
    readonly readings?: readonly { readonly station: string }[];
  };
}

/** Learns what became of a message. */
export interface Sender {
  /** Called once: after the commit, in the order of submission, or with the reason why it was not stored. */
  settled(error: Error | null, acceptance: Acceptance | null): void;
}

export interface PublicationParts {
  readonly now: () => Micros;
  readonly presence: Presence;
  readonly redeliveries: Redeliveries;
  /** Whether anybody is to get what is published there. */
  readonly isWanted: (topic: string) => boolean;
  /** Hands a message to its subscribers. */
  readonly fanOut: (packet: PublishPacket, client: Client) => void;
}

/** A message of QoS 0 or 1, from its receipt to its acknowledgement. */
export class Publication implements Message, Sender {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1;
  readonly clientId: string;
  readonly receivedAt: Micros;
  readonly firstReceivedAt: Micros;
  readonly #connection: Connection;
  readonly #packetId: number;
  readonly #retain: boolean;
  readonly #parts: PublicationParts;

  constructor(connection: Connection, fields: PublishFields, parts: PublicationParts) {
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
    this.#connection.answered(this.payload.length);
    const { client } = this.#connection;
    if (error === null) {
      if (acceptance !== null) notePresence(this.#parts.presence, client, acceptance);
      if (this.qos === 1) this.#connection.acknowledge(this.#packetId);
    } else if (this.qos === 1) {
      if (!isClosing(error)) client.emit('error', error);
      return;
    }
    // QoS 0 knows no refusal: the message is counted as dropped, the connection stays, and subscribers get it.
    if (this.#retain || this.#parts.isWanted(this.topic)) this.#fanOut(client);
  }

  #fanOut(client: Client): void {
    const { topic, qos } = this;
    // A copy: what is retained or queued for months should not hold on to all that was read with it.
    const payload = Buffer.allocUnsafeSlow(this.payload.length);
    this.payload.copy(payload);
    this.#parts.fanOut({ cmd: 'publish', topic, payload, qos, retain: this.#retain, dup: false }, client);
  }
}

/** The service stops and is about to end all connections in order: to close one here could take acknowledgements with it. */
export function isClosing(error: Error): boolean {
  return 'code' in error && error.code === 'ingest-closed';
}

export function notePresence(
  presence: Presence,
  client: Client | null,
  { decoded: { station, status, readings = [] } }: Acceptance,
): void {
  const isThere = client !== null && !client.closed;
  if (station === null) {
    // A channel has fields of several.
    if (isThere) for (const reading of readings) presence.heard(client, reading.station);
    return;
  }
  if (isThere) presence.heard(client, station);
  // Who has gone while the message was being stored can only have been online; last wills say `offline`.
  if (status === 'offline' || (isThere && status === 'online')) presence.said(station, status);
}
