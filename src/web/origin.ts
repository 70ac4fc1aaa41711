import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a request comes from a page of ours or from a program, rather than from the page of another site, which
 * could otherwise make the browser of whoever opens it reach a service on their own network.
 */
export function isOwnOrigin({ origin, host }: IncomingHttpHeaders): boolean {
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
