import { STATUS_CODES } from 'node:http';
import { ERROR_REFERENCE } from './error-schema.ts';
import { byStatus } from './common-errors.ts';
import { ADDRESSES, BODY, ERRORS } from './describe-route.ts';
import type { Answer, Body, OpenApiDocument, Operation, Parameter } from './document.ts';
import type { ErrorCode } from './error-codes.ts';

const RETRY_AFTER: Answer['headers'] = {
  'Retry-After': { description: 'Seconds after which a retry may help', schema: { type: 'integer' } },
};

/** As @fastify/swagger made it. */
interface Unfinished extends Omit<Operation, 'responses'> {
  readonly responses: Readonly<Record<string, Answer>>;
  readonly [ERRORS]?: readonly ErrorCode[];
  readonly [ADDRESSES]?: readonly Address[];
  readonly [BODY]?: Pick<Body, 'description'>;
}

interface Address extends Pick<Operation, 'operationId' | 'summary' | 'responses'> {
  readonly path: string;
  readonly params: { readonly properties: Readonly<Record<string, Parameter['schema']>> };
}

/** Adds errors to every operation, and puts the addresses that a wildcard stands for in its place. */
export function finishDocument(document: OpenApiDocument): OpenApiDocument {
  const paths: Record<string, Record<string, Operation>> = {};
  const names = new Set<string>();
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, unfinished] of Object.entries(operations)) {
      for (const [address, operation] of operationsOf(path, unfinished)) {
        // Methods of one route share a name, which is to be that of one alone.
        const { operationId: name } = operation;
        const operationId = names.has(name) ? `${name}-${method}` : name;
        names.add(operationId);
        paths[address] = { ...paths[address], [method]: { ...operation, operationId } };
      }
    }
  }
  return { ...document, paths };
}

function operationsOf(
  path: string,
  unfinished: Unfinished,
): readonly (readonly [path: string, operation: Operation])[] {
  const { [ERRORS]: errors = [], [ADDRESSES]: addresses, [BODY]: said, ...made } = unfinished;
  const { requestBody, parameters = [] } = made;
  const operation = {
    ...made,
    parameters: parameters.map(asNeeded).toSorted((one, other) => rank(one) - rank(other)),
    ...(requestBody !== undefined && { requestBody: { ...requestBody, ...said } }),
  };
  const responses = withErrors(operation.responses, errors);
  if (addresses === undefined) return [[path, { ...operation, responses }]];
  const others = operation.parameters.filter((one) => one.in !== 'path');
  return addresses.map(({ path: address, params, responses: own, operationId, summary }) => [
    address,
    {
      ...operation,
      operationId,
      summary,
      parameters: [...inPath(params.properties), ...others],
      responses: { ...responses, ...own },
    },
  ]);
}

/** What stands for it where it is left out is filled in before it is checked, which is why the schema calls it required. */
function asNeeded(parameter: Parameter): Parameter {
  return parameter.schema.default === undefined ? parameter : { ...parameter, required: false };
}

function rank(parameter: Parameter): number {
  return parameter.in === 'path' ? 0 : 1;
}

function inPath(properties: Address['params']['properties']): readonly Parameter[] {
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    in: 'path',
    name,
    required: true,
    ...(description !== undefined && { description }),
    schema,
  }));
}

function withErrors(
  responses: Unfinished['responses'],
  errors: readonly ErrorCode[],
): Operation['responses'] {
  const added = [...byStatus(errors)].map(([status, codes]): [string, Answer] => {
    const { description = STATUS_CODES[status] ?? 'An error', content, headers } = responses[status] ?? {};
    return [
      String(status),
      {
        description,
        headers: { ...headers, ...((status === 429 || status === 503) && RETRY_AFTER) },
        content: { 'application/json': { schema: ERROR_REFERENCE }, ...content },
        'x-codes': codes,
      },
    ];
  });
  return { ...responses, ...Object.fromEntries(added) };
}
