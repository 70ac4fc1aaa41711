/** First part of the node identifiers in our discovery messages; other devices have theirs beside them. */
const OWN_NODE = 'thermograph_';

/** Where Home Assistant says that it is there, or has gone: `homeassistant/status`. */
export function birthTopic(prefix: string): string {
  return `${prefix}/status`;
}

/** Whether a topic is one of our discovery messages, or would be taken for one. */
export function isDiscoveryTopic(prefix: string, topic: string): boolean {
  return topic.startsWith(`${prefix}/`) && topic.split('/', 3)[2]?.startsWith(OWN_NODE) === true;
}

/**
 * Where a series is announced: `homeassistant/sensor/thermograph_garden/temperature/config`. Home Assistant takes letters, digits, `_`
 * and `-` there and no dots (TOPIC_MATCHER in its mqtt/discovery.py). No two series have one topic: `-` does not occur in metrics,
 * and in stations it escapes.
 */
export function discoveryTopic(prefix: string, station: string, metric: string): string {
  const node = station.replaceAll('-', '--').replaceAll('.', '-d');
  return `${prefix}/sensor/${OWN_NODE}${node}/${metric.replaceAll('.', '-')}/config`;
}
