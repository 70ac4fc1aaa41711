import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { WebParts } from './parts.ts';
import { readyReply } from './schemas.ts';

/** `/health/live`: the process runs. `/health/ready`: readings can come in and be stored. */
export function healthRoutes(
  parts: WebParts,
  databaseAnswers: () => Promise<boolean>,
): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.get(
      '/health/live',
      { schema: { response: { 200: Type.Object({ status: Type.Literal('live') }) } } },
      (_request, reply) => {
        void reply.send({ status: 'live' });
      },
    );
    app.get(
      '/health/ready',
      { schema: { response: { 200: readyReply, 503: readyReply } } },
      async (_request, reply) => {
        const database = { ok: await databaseAnswers() };
        const broker = { ok: parts.brokerListening() };
        const ready = database.ok && broker.ok;
        return reply
          .code(ready ? 200 : 503)
          .send({ status: ready ? 'ready' : 'not-ready', checks: { database, broker } });
      },
    );
    done();
  };
}
