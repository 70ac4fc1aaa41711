import { buffer } from 'node:stream/consumers';
import type { FastifyInstance } from 'fastify';
import { ThingSpeakError } from './errors.ts';

/** Some boards send their form as the body of a `GET`; Fastify reads none there. */
export function takeBodyOfGet(app: FastifyInstance, bodyLimit: number): void {
  app.addHook('preValidation', async (request, reply) => {
    const { method, headers, raw } = request;
    const announced = Number(headers['content-length'] ?? 0);
    if (method !== 'GET' || announced === 0) return;
    if (announced > bodyLimit) {
      reply.header('connection', 'close');
      throw new ThingSpeakError(413, `the body is longer than ${bodyLimit} bytes`);
    }
    request.body = await buffer(raw).catch(() => {
      // The connection is gone, and with it whoever would hear this.
      throw new ThingSpeakError(400, 'the body has not come to its end');
    });
  });
}
