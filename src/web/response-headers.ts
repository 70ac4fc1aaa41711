import { fastifyHelmet } from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';
import { isIP } from 'node:net';
import type { WebParts } from './parts.ts';

const HALF_A_YEAR_S = 182 * 24 * 3600;
const SELF = "'self'";

/** What goes with every answer, until a route says otherwise. There is no CORS: pages of other sites read nothing. Channels for ThingSpeak's readers have headers of their own. */
export async function addHeaders(app: FastifyInstance, parts: WebParts): Promise<void> {
  await app.register(fastifyHelmet, {
    contentSecurityPolicy: {
      // Helmet's own would turn the requests of a page into HTTPS, which a service on a home network may not have.
      useDefaults: false,
      directives: {
        // Pages hold no inline script or style, so that whatever slips through the escaping can't run.
        'default-src': [SELF],
        'base-uri': ["'none'"],
        'object-src': ["'none'"],
        'form-action': [SELF],
        'frame-ancestors': [SELF, ...parts.frameAncestors],
      },
    },
    // The older form of frame-ancestors, which knows no list.
    xFrameOptions: parts.frameAncestors.length === 0 && { action: 'sameorigin' },
    // Under no-referrer browsers would call the origin of our own forms `null`, which is what a hostile page's is.
    referrerPolicy: { policy: 'same-origin' },
    // Over plain HTTP browsers ignore these, and complain of them.
    strictTransportSecurity: false,
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
  });
  app.addHook('onRequest', (request, reply, next) => {
    reply.header('cache-control', 'no-store');
    if (request.protocol === 'https') addSecureHeaders(reply.raw, request.hostname);
    next();
  });
}

function addSecureHeaders(response: { setHeader(name: string, value: string): unknown }, host: string): void {
  response.setHeader('cross-origin-opener-policy', 'same-origin');
  response.setHeader('origin-agent-cluster', '?1');
  if (isPublicName(host)) response.setHeader('strict-transport-security', `max-age=${HALF_A_YEAR_S}`);
}

/**
 * Strict-Transport-Security is for all ports of a name. A home server's name has others, which serve plain HTTP only and would
 * be out of reach for half a year.
 */
function isPublicName(host: string): boolean {
  if (isIP(host.replace(/^\[|\]$/g, '')) !== 0 || !host.includes('.')) return false;
  return !/\.(?:local|localhost|lan|home|internal|home\.arpa|test)\.?$/i.test(host);
}
