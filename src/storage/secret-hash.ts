const HASH_BYTES = 32;

/** A SHA-256 that was written as base64; `undefined` for anything else. */
export function hashOf(text: unknown): Buffer | undefined {
  if (typeof text !== 'string') return undefined;
  const hash = Buffer.from(text, 'base64');
  return hash.length === HASH_BYTES ? hash : undefined;
}
