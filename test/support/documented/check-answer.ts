import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { DocumentChecks, FoundOperation } from './document-checks.ts';

export interface Asked {
  readonly method: string;
  readonly url: string;
  /** As Fastify writes it; `undefined`: there is none. */
  readonly route: string | undefined;
}

export interface Given {
  readonly status: number;
  readonly type: string;
  readonly encoding: string;
  /** `undefined`: it is not known as a whole. */
  readonly body: Buffer | undefined;
}

const ERROR = ['components', 'schemas', 'Error'];
/** What ThingSpeak's readers may also say. */
const OTHER_SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/\/feed(?=[/.]|$)/, '/feeds'],
  [/\/field\//, '/fields/'],
  [/\/entry\//, '/'],
  [/(\/[^/.]+)$/, '$1.txt'],
];

/** What of an answer is not as the document says. */
export function checkAnswer(checks: DocumentChecks, asked: Asked, given: Given): readonly string[] {
  const [path = '', query = ''] = asked.url.split('?', 2);
  if (asked.route === undefined) return checkMiss(checks, path, given);
  const isOfChannel = asked.route.endsWith('/*');
  const address = isOfChannel ? inOneSpelling(path) : path;
  const operation = checks.operation(asked.method, address, asked.route);
  if (operation === undefined) {
    return isOfChannel && given.status >= 400 ? [] : ['there is no such operation'];
  }
  return [
    ...(given.status < 300 && !isForBoards(operation) ? checkQuery(checks, operation, query) : []),
    ...checkBody(checks, operation, asked, given),
  ];
}

function inOneSpelling(path: string): string {
  return OTHER_SPELLINGS.reduce(
    (text, [pattern, instead]) => text.replace(pattern, instead),
    path.replace(/\/$/, ''),
  );
}

/** Nothing is documented of addresses where nothing is, but the form of errors. */
function checkMiss(checks: DocumentChecks, path: string, given: Given): readonly string[] {
  if (given.status < 400) return ['nothing is there, and yet it is no error'];
  if (!given.type.startsWith('application/json') || /^\/(?:update|channels)/.test(path)) return [];
  return problems(checks.wrongWith(ERROR, valueOf(given)));
}

function checkQuery(
  checks: DocumentChecks,
  { parameters = [], place }: FoundOperation,
  query: string,
): readonly string[] {
  return [...new URLSearchParams(query)].flatMap(([name, text]) => {
    const index = parameters.findIndex((one) => one.in === 'query' && one.name === name);
    if (index === -1) return [`there is no parameter ${name}`];
    return problems(
      checks.wrongWithText([...place, 'parameters', String(index), 'schema'], text),
      `parameter ${name}: `,
    );
  });
}

/** What boards send is called all sorts of things. A route of a test may have no tag. */
function isForBoards({ tags }: Partial<FoundOperation>): boolean {
  return tags?.includes('ThingSpeak') ?? false;
}

function checkBody(
  checks: DocumentChecks,
  { responses, place }: FoundOperation,
  { method }: Asked,
  given: Given,
): readonly string[] {
  const answer = responses[given.status];
  if (answer === undefined) return ['this status is not documented'];
  const [type = ''] = given.type.split(';', 1);
  const { content = {}, 'x-codes': codes } = answer;
  const isEmpty = given.body?.length === 0;
  if (!Object.hasOwn(content, type)) {
    const isRight = isEmpty && (method === 'HEAD' || Object.keys(content).length === 0);
    return isRight ? [] : [`the type ${type} is not documented`];
  }
  if (given.body === undefined || (isEmpty && (method === 'HEAD' || type !== 'application/json'))) return [];
  const value = valueOf(given);
  const schema = [...place, 'responses', String(given.status), 'content', type, 'schema'];
  const code = type === 'application/json' ? codeOf(value) : undefined;
  const isKnown = codes === undefined || code === undefined || Object.hasOwn(codes, code);
  return [
    ...problems(checks.wrongWith(schema, value)),
    ...(isKnown ? [] : [`the code ${code} is not documented`]),
  ];
}

function valueOf({ type, encoding, body = Buffer.alloc(0) }: Given): unknown {
  const bytes =
    encoding === 'br' ? brotliDecompressSync(body) : encoding === 'gzip' ? gunzipSync(body) : body;
  return type.startsWith('application/json') ? JSON.parse(bytes.toString()) : bytes.toString();
}

function codeOf(value: unknown): string | undefined {
  const { error } = (value ?? {}) as { error?: { code?: unknown } };
  return typeof error?.code === 'string' ? error.code : undefined;
}

function problems(wrong: string | undefined, before = ''): readonly string[] {
  return wrong === undefined ? [] : [before + wrong];
}
