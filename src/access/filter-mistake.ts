const LONGEST = 256;

/**
 * What is wrong with an MQTT filter, for whoever wrote it; `undefined` when it is well-formed [MQTT-4.7.1-2, MQTT-4.7.1-3,
 * MQTT-4.7.3-1] and can be granted.
 */
export function filterMistake(filter: string): string | undefined {
  if (filter === '') return 'it is empty';
  if (filter.length > LONGEST) return `it has ${filter.length} characters; ${LONGEST} are allowed`;
  // `#` takes in no such topics [MQTT-4.7.2-1]: they tell of the broker itself, or share a subscription.
  if (filter.startsWith('$')) return 'nobody is granted what begins with $';
  if (/\p{Cc}|\p{Cs}/u.test(filter)) return 'it has a control character';
  const levels = filter.split('/');
  for (const [index, level] of levels.entries()) {
    if (level.length > 1 && /[#+]/.test(level)) return '# and + must be alone between slashes';
    if (level === '#' && index < levels.length - 1) return '# must be the last';
  }
  return undefined;
}
