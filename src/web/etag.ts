import { createHash } from 'node:crypto';

/**
 * A weak validator of all that an answer is made from [RFC 9110, 8.8.3]: weak, as compression changes the bytes and not what
 * they say.
 */
export function weakEtag(parts: readonly unknown[]): string {
  return `W/"${createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22)}"`;
}

/** Whether If-None-Match names it [RFC 9110, 13.1.2]. */
export function isNoneMatch(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.trim() === '*' || header.split(',').some((tag) => opaque(tag) === opaque(etag));
}

function opaque(tag: string): string {
  return tag.trim().replace(/^W\//, '');
}
