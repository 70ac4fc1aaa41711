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

/** Whether a filter takes in every topic that another one does. Both are well-formed. */
export function filterCovers(filter: string, other: string): boolean {
  const wide = filter.split('/');
  const narrow = other.split('/');
  for (const [index, level] of wide.entries()) {
    if (level === '#') return true;
    const against = narrow[index];
    // `#` also stands for topics of any length, and for the parent level.
    if (against === undefined || against === '#') return false;
    if (level !== '+' && level !== against) return false;
  }
  return wide.length === narrow.length;
}
