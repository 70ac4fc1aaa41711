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

function grantedQos(client: Client, topic: string): Qos | undefined {
  let granted: Qos | undefined;
  for (const { filter, qos } of subscriptionsOf(client)) {
    if (!filterMatches(filter, topic)) continue;
    if (granted === undefined || qos > granted) granted = qos;
  }
  return granted;
}
