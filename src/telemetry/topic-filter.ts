/** Whether an MQTT filter, `+` and `#` included, takes in a topic. For topics that do not begin with `$`. */
export function filterMatches(filter: string, topic: string): boolean {
  const wanted = filter.split('/');
  const levels = topic.split('/');
  for (const [index, level] of wanted.entries()) {
    // `#` stands for the parent level, too [MQTT-4.7.1-2].
    if (level === '#') return true;
    if (index >= levels.length || (level !== '+' && level !== levels[index])) return false;
  }
  return wanted.length === levels.length;
}
