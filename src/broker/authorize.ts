const MAX_TOPIC_LEVELS = 100;

/** Why nobody but this service may publish there; `null` where stations may. */
export function forbiddenTopic(topic: string): string | null {
  if (topic === 'live' || topic.startsWith('live/')) return 'only this service publishes on live/';
  if (topic.startsWith('$')) return 'topics that begin with $ belong to the broker';
  // Aedes checks these for PUBLISH, but not for last wills, which come here as well.
  if (topic === '' || /[+#]/.test(topic)) return 'wildcards are not allowed in the topic of a message';
  // Aedes would not hand it to subscribers.
  if (topic.split('/').length > MAX_TOPIC_LEVELS) return `a topic has at most ${MAX_TOPIC_LEVELS} levels`;
  // [MQTT-1.5.3-1], [MQTT-1.5.3-2]: ill-formed UTF-8 (which the parser has replaced) and NUL end the connection.
  if (/[\0\u{FFFD}]/u.test(topic)) return 'the topic is not well-formed UTF-8, or holds NUL';
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
