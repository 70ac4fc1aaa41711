const LONGEST = 60;

/**
 * A piece of somebody's input as it may stand in a log line or a table: quoted, cut to 60 characters, with
 * control characters and lone surrogates escaped (NUL can't be stored as PostgreSQL text at all).
 */
export function quote(text: string): string {
  return text.length <= LONGEST ? JSON.stringify(text) : `${JSON.stringify(text.slice(0, LONGEST))}…`;
}

/** Like {@link quote}, for any value that `JSON.parse` can give. */
export function quoteValue(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
