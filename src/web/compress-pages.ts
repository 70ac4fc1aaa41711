import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyInstance } from 'fastify';

/** Less is not worth it. */
const LEAST_CHARACTERS = 1000;
const compress = promisify(gzip);

/** Pages go compressed to browsers that take that: a hundred stations come to a tenth. Assets are compressed at build. */
export function compressPages(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    if (typeof payload !== 'string' || payload.length < LEAST_CHARACTERS) return payload;
    if (!String(reply.getHeader('content-type')).startsWith('text/html')) return payload;
    reply.header('vary', 'accept-encoding');
    if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return payload;
    const small = await compress(payload);
    reply.header('content-encoding', 'gzip').header('content-length', small.length);
    return small;
  });
}
