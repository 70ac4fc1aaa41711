import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { mayRead } from './access/guard.ts';
import type { WebParts } from './parts.ts';
import { readyReply } from './schemas.ts';

/** `/health/live`: the process runs. `/health/ready`: readings can come in and be stored, and pages have what to show. */
export function healthRoutes(
  parts: WebParts,
  databaseAnswers: () => Promise<boolean>,
): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.get(
      '/health/live',
      {
        config: { access: 'open' },
        schema: {
          operationId: 'live',
          tags: ['Service'],
          summary: 'Whether the process runs',
          response: { 200: Type.Object({ status: Type.Literal('live') }, { description: 'It does' }) },
        },
      },
      (_request, reply) => {
        void reply.send({ status: 'live' });
      },
    );
    app.get(
      '/health/ready',
      {
        config: { access: 'readiness' },
        schema: {
          operationId: 'ready',
          tags: ['Service'],
          summary: 'Whether readings can come in and be stored, and pages have what to show',
          description: 'What is wrong is told to whoever may read everything.',
          response: {
            200: { ...readyReply, description: 'It is ready' },
            503: { ...readyReply, description: 'It is not' },
          },
        },
      },
      async (request, reply) => {
        const answers = await databaseAnswers();
        const { state, isPrepared, databaseProblem, spoolProblem, spooledMessages, spooledBytes } =
          parts.storing();
        const checks = {
          database: { ok: answers && databaseProblem === undefined, ...problem(databaseProblem) },
          broker: { ok: parts.brokerListening() },
          storing: { ok: state !== 'stalled', state },
          spool: {
            ok: spoolProblem === undefined,
            ...problem(spoolProblem),
            messages: spooledMessages ?? null,
            bytes: spooledBytes ?? null,
          },
        };
        // Whatever an earlier reading met with: it is the next one that counts.
        const ready = answers && isPrepared && checks.broker.ok && checks.storing.ok;
        const status = ready ? 'ready' : 'not-ready';
        const isTold =
          !parts.isPrivate || (request.visitor && mayRead(parts, request.visitor.principal, undefined));
        return reply.code(ready ? 200 : 503).send({ status, ...(isTold && { checks }) });
      },
    );
    done();
  };
}

function problem(text: string | undefined): { problem?: string } {
  return text === undefined ? {} : { problem: text };
}
