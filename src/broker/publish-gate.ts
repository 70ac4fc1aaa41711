import type { AedesOptions, Client, PublishPacket } from 'aedes';
import { NOBODY, type Principal } from '../access/permissions.ts';
import { shownTopic } from '../telemetry/channel-topic.ts';
import type { Message } from '../telemetry/reading.ts';
import type { Connection } from './connection.ts';
import type { Intake } from './connection-parts.ts';
import { type PublishRefusal, topicToGoBy } from './publish-rules.ts';
import type { PublishFields } from './publish-packet.ts';
import type { Refusals } from './refusals.ts';
import { isClosing, notePresence, Publication, type PublicationParts, type Sender } from './publication.ts';

export type Submit = (message: Message, sender: Sender) => void;

export interface PublishGateParts extends PublicationParts {
  readonly submit: Submit;
  readonly refusalOf: PublishRefusal;
  /** The connection of a client, if it is still there. */
  readonly connectionOf: (client: Client) => Connection | undefined;
  readonly principalOf: (client: Client) => Principal;
  readonly refusals: Refusals;
  /** How many QoS 2 messages of the client are half-way: PUBREL has not come. */
  readonly openCount: (client: Client) => number;
  /** Whether a QoS 2 message of this client and identifier has been taken, and PUBREL has not come. */
  readonly isTaken: (client: Client, packetId: number) => boolean;
}

export interface PublishGate {
  /** Takes messages of QoS 0 and 1 from their connection. */
  readonly take: Intake['take'];
  /**
   * Takes what Aedes asks about: messages of QoS 2 and last wills, which come when their client has gone, or with none.
   * The acknowledgement is held here: Aedes sends PUBREC only after this callback. An error closes the connection
   * without one.
   */
  readonly authorizePublish: NonNullable<AedesOptions['authorizePublish']>;
}

/** QoS 2 messages of one client that may be half-way; they are remembered for as long as its session. */
const MAX_OPEN = 10_000;

/**
 * Where messages enter, and where their acknowledgement is held until the commit. Those of one client are acknowledged
 * in the order in which they came [MQTT-4.6.0-2].
 */
export function createPublishGate(parts: PublishGateParts): PublishGate {
  /** Why the client may not publish there; then it has been said. */
  function forbid(client: Client | null, topic: string): Error | null {
    const principal = client === null ? NOBODY : parts.principalOf(client);
    const reason = parts.refusalOf(principal, topic, client);
    if (reason === null) return null;
    const clientId = client?.id ?? null;
    parts.refusals.note('publish', { user: principal.name, clientId, topic: shownTopic(topic), reason });
    return new Error(reason);
  }

  return {
    take(connection, fields) {
      const forbidden = forbid(connection.client, fields.topic);
      if (forbidden !== null) {
        connection.client.emit('error', forbidden);
        return;
      }
      const publication = new Publication(connection, withoutKey(fields), parts);
      connection.unanswered(fields.payload.length);
      parts.submit(publication, publication);
    },
    authorizePublish(client, packet, callback) {
      const forbidden = forbid(client, packet.topic);
      if (forbidden !== null) {
        callback(forbidden);
        return;
      }
      // Aedes answers it and publishes nothing; stored again, a reading without a time would be there twice [MQTT-4.3.3-2].
      // Without DUP it may be a new one, of a board that has begun to count anew.
      if (
        packet.dup &&
        client !== null &&
        packet.messageId !== undefined &&
        parts.isTaken(client, packet.messageId)
      ) {
        callback(null);
        return;
      }
      if (client !== null && packet.messageId !== undefined && parts.openCount(client) >= MAX_OPEN) {
        callback(new Error(`more than ${MAX_OPEN} messages of QoS 2 are half-way`));
        return;
      }
      // Last wills come when their client has gone.
      const isWill = client === null || client.closed;
      const connection = isWill ? undefined : parts.connectionOf(client);
      const bytes = packet.payload.length;
      connection?.unanswered(bytes);
      parts.submit(toMessage(client, packet, parts), {
        settled(error, acceptance) {
          connection?.answered(bytes);
          if (error !== null) {
            // A last will that is dropped still goes to its subscribers.
            if (!isClosing(error)) callback(packet.qos === 0 ? null : error);
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

function withoutKey(fields: PublishFields): PublishFields {
  const topic = topicToGoBy(fields.topic);
  return topic === fields.topic ? fields : { ...fields, topic };
}

function toMessage(
  client: Client | null,
  { topic: given, payload, qos, dup, messageId }: PublishPacket,
  { now, redeliveries }: PublishGateParts,
): Message {
  const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
  const topic = topicToGoBy(given);
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
