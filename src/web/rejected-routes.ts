import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { readRejected } from '../storage/rejected-query.ts';
import { formatMicros } from '../telemetry/format-time.ts';
import { showPayload } from '../telemetry/shown-payload.ts';
import { isShownAsAdmin } from './access/visitors.ts';
import { invalidParameter } from './errors.ts';
import type { WebParts } from './parts.ts';
import { rejectedQuery, rejectedReply } from './schemas.ts';
import { askDatabase } from './to-web-error.ts';

/**
 * `GET /api/rejected`: what was not understood, with its payload and reason, newest first. By the identifier of a client
 * others could take over its session, or find its address: it is told to admins alone.
 */
export function rejectedRoutes(parts: WebParts): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.get(
      '/api/rejected',
      {
        config: { access: 'everything', errors: ['database-unavailable'] },
        schema: {
          operationId: 'rejected',
          tags: ['Posting'],
          summary: 'What could not be understood, newest first',
          querystring: rejectedQuery,
          response: { 200: { ...rejectedReply, description: 'A page of them' } },
        },
      },
      async (request) => {
        const { reason, limit, cursor } = request.query;
        const isAdmin = isShownAsAdmin(request.visitor);
        const beforeId = cursor === undefined ? undefined : requireId(cursor);
        const { rows, more } = await askDatabase(readRejected(parts.pool, { limit, reason, beforeId }));
        const last = more ? rows.at(-1) : undefined;
        return {
          rejected: rows.map((row) => ({
            ...row,
            clientId: isAdmin ? row.clientId : null,
            receivedAt: formatMicros(row.receivedAt),
            payload: showPayload(row.payload),
          })),
          next: last === undefined ? null : Buffer.from(`before ${last.id}`).toString('base64url'),
        };
      },
    );
    done();
  };
}

function requireId(cursor: string): number {
  const id = /^before (\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'))?.[1];
  if (id === undefined) {
    throw invalidParameter('cursor', 'is not one of ours; send `next` of the page before as it came');
  }
  return Number(id);
}
