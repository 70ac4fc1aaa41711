import type { AedesOptions, Client, PublishPacket } from 'aedes';
import { memoize } from '../telemetry/memoize.ts';
import type { Message, Micros } from '../telemetry/reading.ts';
import { forbiddenTopic } from './authorize.ts';
import type { Presence } from './presence.ts';
import type { Redeliveries } from './redelivery.ts';

/** What ingest made of a message, as far as the broker needs it. */
export interface Acceptance {
  /** The station that the topic names. */
  readonly station: string | null;
  readonly status: 'online' | 'offline' | null;
}

/** `done` is called after the commit, in the order of the calls, or with the reason why it was not stored. */
export type Submit = (
  message: Message,
  done: (error: Error | null, acceptance: Acceptance | null) => void,
) => void;

export interface PublishGateParts {
  readonly submit: Submit;
  readonly now: () => Micros;
  readonly presence: Presence;
  readonly redeliveries: Redeliveries;
  /** Hands a message to its subscribers. */
  readonly fanOut: (packet: PublishPacket, client: Client) => void;
}

/**
 * The acknowledgement is held here: Aedes sends PUBACK and PUBREC only after this callback, and what it calls
 * afterwards comes too late. A whole chunk of a socket passes through at once, so the messages of one client batch, and
 * they are acknowledged in the order in which their callbacks are called [MQTT-4.6.0-2]. An error closes the connection
 * without an acknowledgement. Last wills pass here too: with a client that has gone, or with none.
 */
export function createPublishGate(parts: PublishGateParts): NonNullable<AedesOptions['authorizePublish']> {
  const isForbidden = memoize(forbiddenTopic);
  return (client, packet, callback) => {
    const forbidden = isForbidden(packet.topic);
    if (forbidden !== null) {
      callback(new Error(forbidden));
      return;
    }
    // Last wills come when their client has gone.
    const isWill = client === null || client.closed;
    const message = toMessage(client, packet, parts);
    parts.submit(message, (error, acceptance) => {
      if (error !== null) {
        // The connection is about to be ended in order: to close it here could take earlier acknowledgements with it.
        if ('code' in error && error.code === 'ingest-closed') return;
        // QoS 0 knows no refusal: the message is counted as dropped, and the connection stays.
        callback(message.qos === 0 ? null : error);
        return;
      }
      if (acceptance !== null) notePresence(parts.presence, client, acceptance);
      // There may be nobody to acknowledge it to any more, but subscribers get what is stored. Aedes would tell them at
      // QoS 2 only, and keep the number of the message for good.
      if (!isWill && client.closed) parts.fanOut(packet, client);
      else callback(null);
    });
  };
}

function notePresence(presence: Presence, client: Client | null, { station, status }: Acceptance): void {
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
