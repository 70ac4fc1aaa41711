import type { FastifyInstance } from 'fastify';

/**
 * What was pipelined on a connection that has been reset is still parsed: it has no address to be counted by, and nobody
 * who waits for the answer.
 */
export function dropGoneClients(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, next) => {
    const { socket } = request.raw;
    if (!socket.destroyed && socket.remoteAddress !== undefined) {
      next();
      return;
    }
    reply.hijack();
    request.raw.destroy();
  });
}
