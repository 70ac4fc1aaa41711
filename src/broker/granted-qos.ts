import type { AedesPublishPacket, Client } from 'aedes';
import { filterMatches } from '../telemetry/topic-filter.ts';
import { subscriptionsOf } from './subscriptions.ts';

type Qos = 0 | 1 | 2;

/**
 * Lowers a packet's QoS to the highest that the client's matching subscriptions were granted [MQTT-3.8.4-6]. Aedes
 * itself does so only for subscriptions without wildcards. Out of a session's queue it comes at QoS 1 at least, also when
 * the subscription has been lowered meanwhile: without an acknowledgement it would come again for ever.
 */
export function lowerQos(client: Client, packet: AedesPublishPacket): AedesPublishPacket {
  if (packet.qos === 0) return packet;
  const granted = grantedQos(client, packet.topic);
  const isQueued = packet.messageId !== undefined;
  if (granted !== undefined && granted < packet.qos) packet.qos = isQueued && granted === 0 ? 1 : granted;
  return packet;
}

/** How Aedes hands a message to a subscriber; private there, so a test watches it. */
type Deliver = (packet: AedesPublishPacket, done: () => void) => void;

/**
 * Has a client whose subscriptions overlap be sent a message at the highest QoS of those that match [MQTT-3.3.5-1].
 * Aedes sends it for whichever comes first, so one of QoS 0 would take the acknowledgement away, and leave the message in
 * the queue of a session. What stays is that a subscription to the very topic decides, if there is one.
 * To be called before the client has any subscription.
 */
export function deliverAtHighestQos(client: Client): void {
  const deliver0: unknown = Reflect.get(client, 'deliver0');
  const deliverQos: unknown = Reflect.get(client, 'deliverQoS');
  if (!isDeliver(deliver0) || !isDeliver(deliverQos))
    throw new Error('this version of Aedes delivers otherwise');
  let last: { readonly brokerId: string; readonly brokerCounter: number; readonly granted: Qos } | undefined;
  // It comes once for each filter of QoS 0 that matches. To look through all filters each time is work for the square of
  // their number: a client with a thousand that overlap would stop everybody for seconds with every message.
  const grantedOnce = ({ topic, brokerId, brokerCounter }: AedesPublishPacket): Qos => {
    if (last?.brokerCounter !== brokerCounter || last.brokerId !== brokerId) {
      last = { brokerId, brokerCounter, granted: grantedQos(client, topic) ?? 0 };
    }
    return last.granted;
  };
  const deliver: Deliver = (packet, done) => {
    if (packet.qos > 0 && grantedOnce(packet) > 0) deliverQos(packet, done);
    else deliver0(packet, done);
  };
  Reflect.set(client, 'deliver0', deliver);
}

function isDeliver(value: unknown): value is Deliver {
  return typeof value === 'function';
}

function grantedQos(client: Client, topic: string): Qos | undefined {
  let granted: Qos | undefined;
  for (const { filter, qos } of subscriptionsOf(client)) {
    if (!filterMatches(filter, topic)) continue;
    if (granted === undefined || qos > granted) granted = qos;
  }
  return granted;
}
