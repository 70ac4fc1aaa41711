import type { Answer, Body, OpenApiDocument, Operation, Parameter } from '../../openapi/document.ts';
import type { Words } from '../../words.ts';
import { curlExample } from './curl-example.ts';
import { schemaNodes, typeText } from './schema-view.ts';

interface Surroundings {
  readonly document: OpenApiDocument;
  readonly words: Words;
  /** See {@link curlExample}. */
  readonly base: string;
  readonly station: string;
}

/** What a page shows of an operation. */
export function operationView(
  { operation, method, path }: { operation: Operation; method: string; path: string },
  { document, words, ...example }: Surroundings,
): object {
  const { operationId, summary, description, parameters = [], requestBody, responses } = operation;
  const answers = Object.entries(responses);
  return {
    id: operationId,
    method: method.toUpperCase(),
    path,
    summary,
    description,
    access: accessTexts(operation, words),
    parameters: parameters.map((parameter) => parameterView(parameter, document, words)),
    body: requestBody && {
      description: requestBody.description,
      contents: contentViews(requestBody, document),
    },
    answers: answers
      .filter((answer) => !isError(answer))
      .map(([status, answer]) => ({
        status,
        description: answer.description,
        contents: contentViews(answer, document),
        headers: Object.keys(answer.headers ?? {}).join(', '),
      })),
    errors: answers.filter(isError).flatMap(errorRows),
    example: curlExample(operation, method, path, example),
  };
}

function isError([status]: readonly [string, Answer]): boolean {
  return Number(status) >= 400;
}

/** With codes, where there are; or what it means alone. */
function errorRows([status, { description, 'x-codes': codes }]: readonly [
  string,
  Answer,
]): readonly object[] {
  if (codes === undefined) return [{ status, meaning: description }];
  return Object.entries(codes).map(([code, meaning]) => ({ status, code, meaning }));
}

function parameterView(
  { name, in: place, required, description, schema }: Parameter,
  { components }: OpenApiDocument,
  words: Words,
): object {
  return {
    name,
    place: words.text(({ path: 'api.inPath', query: 'api.inQuery', header: 'api.inHeader' } as const)[place]),
    isRequired: required === true,
    type: typeText(schema, components.schemas),
    description,
  };
}

function contentViews({ content = {} }: Partial<Body>, { components }: OpenApiDocument): readonly object[] {
  return Object.entries(content).map(([type, { schema }]) => ({
    type,
    shape: typeText(schema, components.schemas),
    description: schema.description,
    nodes: schemaNodes(schema, components.schemas),
  }));
}

/** Who is let in. */
function accessTexts({ security }: Operation, words: Words): string {
  const texts = {
    bearer: words.text('api.bearer'),
    cookie: words.text('api.cookie'),
    channelKey: words.text('api.channelKey'),
    channelKeyHeader: words.text('api.channelKeyHeader'),
  };
  const ways = new Set(security.flatMap((way) => Object.keys(way)));
  const named = Object.entries(texts).flatMap(([name, text]) => (ways.has(name) ? [text] : []));
  const isOpen = security.length === 0 || security.some((way) => Object.keys(way).length === 0);
  if (named.length === 0) return words.text('api.open');
  const list = new Intl.ListFormat(words.locale, { type: 'disjunction' }).format(named);
  return words.text(isOpen ? 'api.openOr' : 'api.needs', { ways: list });
}
