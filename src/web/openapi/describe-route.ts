import type { FastifySchema, RouteOptions } from 'fastify';
import type { TSchema } from 'typebox';
import type { WebParts } from '../parts.ts';
import { errorsOf } from './common-errors.ts';
import type { ErrorCode } from './error-codes.ts';
import type { ToldAnswer } from './route-description.ts';
import { securityOf } from './security.ts';

/** What `finishDocument` makes of an operation, as far as @fastify/swagger can't: its errors, what a wildcard stands for, what is said of a body. */
export const ERRORS = 'x-errors';
export const ADDRESSES = 'x-addresses';
export const BODY = 'x-body';

/** A route's schema as @fastify/swagger reads it: that of the route, with what its `config` tells. */
export function describeRoute(
  route: RouteOptions,
  settings: Pick<WebParts, 'isPrivate' | 'allowAnonymous'>,
): FastifySchema {
  const { schema = {}, config = {} } = route;
  if (schema.hide === true) return schema;
  const { answers = {}, body, security, addresses, ...parameters } = config.told ?? {};
  return {
    ...schema,
    ...parameters,
    ...(body !== undefined && {
      body: { content: schemasOf(body) },
      [BODY]: { description: body.description, required: body.isOptional !== true },
    }),
    response: { ...asObject(schema.response), ...toResponses(answers) },
    security: security ?? securityOf(config.access, settings),
    [ERRORS]: config.hasOwnErrors === true ? [] : errorsOf(route),
    ...(addresses !== undefined && {
      [ADDRESSES]: addresses.map((address) => ({ ...address, responses: toResponses(address.answers) })),
    }),
  };
}

declare module 'fastify' {
  interface FastifySchema {
    [ERRORS]?: readonly ErrorCode[];
    [ADDRESSES]?: readonly object[];
    [BODY]?: object;
  }
}

type Responses = Readonly<Record<string, object>>;

/** OpenAPI's, which pass through @fastify/swagger as they are. */
function toResponses(answers: Readonly<Record<number, ToldAnswer>>): Responses {
  return Object.fromEntries(
    Object.entries(answers).map(([status, answer]) => [
      status,
      answer.content === undefined ? { type: 'null', ...answer } : { ...answer, content: schemasOf(answer) },
    ]),
  );
}

function schemasOf({
  content = {},
}: Pick<ToldAnswer, 'content'>): Readonly<Record<string, { schema: TSchema }>> {
  return Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, { schema }]));
}

function asObject(value: unknown): Responses {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
