import { fastifySwagger } from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import type { WebParts } from '../parts.ts';
import { describeRoute } from './describe-route.ts';
import type { OpenApiDocument } from './document.ts';
import { ERROR_SCHEMA } from './error-schema.ts';
import { finishDocument } from './finish-document.ts';
import { SECURITY_SCHEMES } from './security.ts';
import { TAGS } from './tags.ts';

const DESCRIPTION = `Readings of weather stations: what they are now, all that were stored, and what they come to in buckets of time. Times are
ISO 8601 in UTC; values are in the unit of their series unless \`units\` asks otherwise. All errors are of one shape; their \`code\` is for programs.`;

/**
 * Notes every route that is added afterwards, so that `app.swagger()` gives the OpenAPI document. It is made when somebody asks, and then
 * kept: the start of the service does not wait for it.
 */
export async function tellOpenApi(
  app: FastifyInstance,
  parts: Pick<WebParts, 'version' | 'isPrivate' | 'allowAnonymous'>,
): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.1',
      info: {
        title: 'Thermograph',
        version: parts.version,
        description: DESCRIPTION.replaceAll('\n', ' '),
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/' }],
      tags: [...TAGS],
      components: {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- TypeBox makes JSON Schema, of which OpenAPI 3.1 takes all
        schemas: { Error: ERROR_SCHEMA as object },
        securitySchemes: SECURITY_SCHEMES,
      },
    },
    transform: ({ url, route }) => ({ url, schema: describeRoute(route, parts) }),
    transformObject: (made) => {
      const document: unknown = 'openapiObject' in made ? made.openapiObject : {};
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a test holds what comes out against the specification
      return finishDocument(document as OpenApiDocument) as object;
    },
  });
}

/** Of an app that is ready. */
export function documentOf(app: FastifyInstance): OpenApiDocument {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return app.swagger() as unknown as OpenApiDocument;
}
