import type { PublishPacket } from 'aedes';
import { LIVE_PREFIX, STATION_PREFIX } from '../telemetry/topic.ts';
import type { RetainedMessages } from './state/retained-messages.ts';

const NOTHING = Buffer.alloc(0);

/**
 * What tells subscribers that a name is no station's any more: an empty message on each topic on which something of it was retained, which is
 * how MQTT takes that back [MQTT-3.3.1-10].
 */
export function* farewell(
  station: string,
  metrics: readonly string[],
  retained: Pick<RetainedMessages, 'match'>,
): Generator<PublishPacket> {
  // What is retained there is made of the newest readings for whoever subscribes: there is nothing to be deleted.
  for (const metric of metrics) yield packet(`${LIVE_PREFIX}${station}/${metric}`, false);
  const kept = [...retained.match([`${STATION_PREFIX}${station}/#`])];
  for (const { topic } of kept) yield packet(topic, true);
}

function packet(topic: string, retain: boolean): PublishPacket {
  return { cmd: 'publish', topic, payload: NOTHING, qos: 1, retain, dup: false };
}
