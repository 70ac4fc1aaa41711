import type { FastifyInstance } from 'fastify';
import { WebError } from './errors.ts';

/**
 * A request of HTTP/1.1 names its host [RFC 9112, 3.2]. Node would refuse those that don't by itself, and with them boards that
 * have always got away with it; routes for such boards say so in their `config`.
 */
export function requireHost(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, next) => {
    const { headers, httpVersion } = request.raw;
    const { isHostOptional = false } = request.routeOptions.config;
    if (headers.host !== undefined || httpVersion !== '1.1' || isHostOptional) return next();
    next(new WebError(400, 'request-invalid', 'the request names no host'));
  });
}
