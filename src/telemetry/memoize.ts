/** Longer texts are not remembered. */
const MAX_TEXT_LENGTH = 256;

/**
 * Remembers what a pure function of a short text gave. Stations publish on the same few topics for years, and reading a
 * topic costs more than finding it. Once `maxEntries` are known it begins anew, so that topics made up by the thousand
 * take a few megabytes and no more.
 */
export function memoize<T>(read: (text: string) => T, maxEntries = 10_000): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    if (text.length > MAX_TEXT_LENGTH) return read(text);
    const found = known.get(text);
    if (found !== undefined) return found;
    if (known.size >= maxEntries) known.clear();
    const value = read(text);
    known.set(text, value);
    return value;
  };
}
