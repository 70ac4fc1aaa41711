const SLASH = 0x2f;
const PLUS = 0x2b;
const HASH = 0x23;

/**
 * Whether an MQTT filter, `+` and `#` included, takes in a topic. For topics that do not begin with `$`. A client may have a
 * thousand filters, and each message is held against all of them: so it compares in place and takes nothing apart.
 */
export function filterMatches(filter: string, topic: string): boolean {
  let at = 0;
  for (let start = 0; ; start += 1, at += 1) {
    // `#` stands for the parent level, too [MQTT-4.7.1-2].
    if (isLevel(filter, start, HASH)) return true;
    if (at > topic.length) return false;
    if (isLevel(filter, start, PLUS)) {
      start += 1;
      at = endOfLevel(topic, at);
    } else {
      for (; start < filter.length && filter.charCodeAt(start) !== SLASH; start += 1, at += 1) {
        if (filter.charCodeAt(start) !== topic.charCodeAt(at)) return false;
      }
      if (at < topic.length && topic.charCodeAt(at) !== SLASH) return false;
    }
    if (start === filter.length) return at === topic.length;
  }
}

/** Whether a level begins there that is this one character. */
function isLevel(filter: string, start: number, character: number): boolean {
  if (filter.charCodeAt(start) !== character) return false;
  return start + 1 === filter.length || filter.charCodeAt(start + 1) === SLASH;
}

function endOfLevel(text: string, start: number): number {
  let end = start;
  while (end < text.length && text.charCodeAt(end) !== SLASH) end += 1;
  return end;
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
