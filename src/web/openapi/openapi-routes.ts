import type { FastifyPluginCallback } from 'fastify';
import { Type } from 'typebox';
import { isNoneMatch, weakEtag } from '../etag.ts';
import { documentOf } from './tell-openapi.ts';

/** `GET /api/openapi.json`: what there is to ask, for programs. */
export const openApiRoutes: FastifyPluginCallback = (app, _options, done) => {
  let made: { readonly text: string; readonly etag: string } | undefined;
  app.get(
    '/api/openapi.json',
    {
      config: {
        access: 'everything',
        told: {
          answers: {
            200: {
              description: 'An OpenAPI 3.1 document',
              content: { 'application/json': Type.Object({}) },
              headers: { ETag: Type.String() },
            },
            304: { description: 'As `If-None-Match` has it' },
          },
        },
      },
      schema: { operationId: 'openapi', tags: ['Service'], summary: 'This description' },
    },
    (request, reply) => {
      if (made === undefined) {
        const text = JSON.stringify(documentOf(app));
        made = { text, etag: weakEtag([text]) };
      }
      reply.headers({ 'cache-control': 'private, no-cache', etag: made.etag });
      if (isNoneMatch(request.headers['if-none-match'], made.etag)) return reply.code(304).send();
      return reply.type('application/json; charset=utf-8').send(made.text);
    },
  );
  done();
};
