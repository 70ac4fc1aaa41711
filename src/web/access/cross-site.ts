import type { FastifyInstance } from 'fastify';
import { WebError } from '../errors.ts';
import { isOwnOrigin } from '../origin.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

export function isSafeMethod(method: string): boolean {
  return SAFE_METHODS.has(method);
}

/**
 * Any page that somebody opens could otherwise make their browser post to a service on their own network, or log them in or
 * out. Browsers name the page's origin with each such request, and its relation to us where the connection is secure; a
 * program that names neither is no browser.
 */
export function refuseOtherSites(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, next) => {
    if (isSafeMethod(request.method)) return next();
    const relation = request.headers['sec-fetch-site'] ?? 'none';
    if (isOwnOrigin(request.headers) && (relation === 'same-origin' || relation === 'none')) return next();
    next(
      new WebError(403, 'origin-not-allowed', 'from the pages of other sites nothing can be sent or changed'),
    );
  });
}
