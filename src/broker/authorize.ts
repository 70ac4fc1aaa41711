const MAX_TOPIC_LEVELS = 100;

/** Why nobody but this service may publish there; `null` where stations may. */
export function forbiddenTopic(topic: string): string | null {
  if (topic === 'live' || topic.startsWith('live/')) return 'only this service publishes on live/';
  if (topic.startsWith('$')) return 'topics that begin with $ belong to the broker';
  // Of QoS 0 and 1 nobody has looked for these before: here it is once a topic.
  if (topic === '' || /[+#]/.test(topic)) return '[MQTT-3.3.2-2] the topic of a message holds a wildcard';
  // Aedes would not hand it to subscribers.
  if (topic.split('/').length > MAX_TOPIC_LEVELS) return `a topic has at most ${MAX_TOPIC_LEVELS} levels`;
  if (topic.includes('\0')) return '[MQTT-1.5.3-2] the topic holds NUL';
  return null;
}

/**
 * Filters that are refused: below `$SYS` Aedes tells the identifiers and subscriptions of all clients, and shared
 * subscriptions it takes for ordinary ones that nothing ever matches.
 */
export function isForbiddenFilter(filter: string): boolean {
  return filter.startsWith('$');
}

/** Whether it is a filter [MQTT-4.7.1-2], [MQTT-4.7.1-3] that is not refused. */
export function isValidFilter(filter: string): boolean {
  const levels = filter.split('/');
  const isWellPlaced = (level: string, index: number): boolean =>
    level === '+' || (level === '#' && index === levels.length - 1) || !/[+#]/.test(level);
  return (
    filter !== '' &&
    !isForbiddenFilter(filter) &&
    levels.length <= MAX_TOPIC_LEVELS &&
    levels.every(isWellPlaced)
  );
}
