import type { BrokerLimits } from './limits.ts';

/** How long topics and filters may be. */
export type TopicLimits = Pick<BrokerLimits, 'maxTopicBytes' | 'maxTopicLevels'>;

/** Why nobody but this service may publish there; `null` where stations may. */
export function forbiddenTopic(topic: string, limits: TopicLimits): string | null {
  if (topic === 'live' || topic.startsWith('live/')) return 'only this service publishes on live/';
  if (topic.startsWith('$')) return 'topics that begin with $ belong to the broker';
  // Of QoS 0 and 1 nobody has looked for these before: here it is once a topic.
  if (topic === '' || /[+#]/.test(topic)) return '[MQTT-3.3.2-2] the topic of a message holds a wildcard';
  if (topic.includes('\0')) return '[MQTT-1.5.3-2] the topic holds NUL';
  return tooLong(topic, limits);
}

/**
 * Why nobody may subscribe to a well-formed filter; `null` where somebody may. Below `$SYS` Aedes tells the identifiers and
 * subscriptions of all clients, and shared subscriptions it takes for ordinary ones that nothing ever matches.
 */
export function forbiddenFilter(filter: string, limits: TopicLimits): string | null {
  if (filter.startsWith('$')) return 'what begins with $ is for nobody';
  return tooLong(filter, limits);
}

function tooLong(text: string, { maxTopicBytes, maxTopicLevels }: TopicLimits): string | null {
  if (Buffer.byteLength(text) > maxTopicBytes) return `a topic has at most ${maxTopicBytes} bytes`;
  return text.split('/').length > maxTopicLevels ? `a topic has at most ${maxTopicLevels} levels` : null;
}
