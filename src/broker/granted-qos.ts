import type { AedesPublishPacket, Client } from 'aedes';
import { filterMatches } from '../telemetry/topic-filter.ts';
import { subscriptionsOf } from './subscriptions.ts';

type Qos = 0 | 1 | 2;

/** The QoS of what is sent to subscribers. */
export interface GrantedQos {
  /**
   * Lowers a packet's QoS to the highest that the client's matching subscriptions were granted [MQTT-3.8.4-6]. Aedes
   * itself does so only for subscriptions without wildcards. Out of a session's queue it comes at QoS 1 at least, also
   * when the subscription has been lowered meanwhile: without an acknowledgement it would come again for ever.
   */
  lower(client: Client, packet: AedesPublishPacket): AedesPublishPacket;
  /**
   * Has a client whose subscriptions overlap be sent a message at the highest QoS of those that match [MQTT-3.3.5-1].
   * Aedes sends it for whichever comes first, so one of QoS 0 would take the acknowledgement away, and leave the message
   * in the queue of a session. What stays is that a subscription to the very topic decides, if there is one.
   * To be called before the client has any subscription.
   */
  deliverAtHighest(client: Client): void;
  /** To be called when anybody's subscriptions have changed. */
  changed(): void;
}

/** How Aedes hands a message to a subscriber; private there, so a test watches it. */
type Deliver = (packet: AedesPublishPacket, done: () => void) => void;

const MOST_TOPICS = 1_000;

/**
 * What a topic was granted is remembered for each client: a message comes once for each filter that matches, and a
 * client with a thousand of them would stop everybody if all were looked through each time.
 */
export function createGrantedQos(): GrantedQos {
  let known = new WeakMap<Client, Map<string, Qos | undefined>>();

  function granted(client: Client, topic: string): Qos | undefined {
    let byTopic = known.get(client);
    if (byTopic === undefined || byTopic.size >= MOST_TOPICS) known.set(client, (byTopic = new Map()));
    if (!byTopic.has(topic)) byTopic.set(topic, highestQos(client, topic));
    return byTopic.get(topic);
  }

  return {
    lower(client, packet) {
      if (packet.qos === 0) return packet;
      const qos = granted(client, packet.topic);
      const isQueued = packet.messageId !== undefined;
      if (qos !== undefined && qos < packet.qos) packet.qos = isQueued && qos === 0 ? 1 : qos;
      return packet;
    },
    deliverAtHighest(client) {
      const deliver0: unknown = Reflect.get(client, 'deliver0');
      const deliverQos: unknown = Reflect.get(client, 'deliverQoS');
      if (!isDeliver(deliver0) || !isDeliver(deliverQos))
        throw new Error('this version of Aedes delivers otherwise');
      const deliver: Deliver = (packet, done) => {
        if (packet.qos > 0 && (granted(client, packet.topic) ?? 0) > 0) deliverQos(packet, done);
        else deliver0(packet, done);
      };
      Reflect.set(client, 'deliver0', deliver);
    },
    changed() {
      known = new WeakMap();
    },
  };
}

function isDeliver(value: unknown): value is Deliver {
  return typeof value === 'function';
}

function highestQos(client: Client, topic: string): Qos | undefined {
  let highest: Qos | undefined;
  for (const { filter, qos } of subscriptionsOf(client)) {
    if (!filterMatches(filter, topic)) continue;
    if (highest === undefined || qos > highest) highest = qos;
  }
  return highest;
}
