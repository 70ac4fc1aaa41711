import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { OpenApiDocument } from '../../../src/web/openapi/document.ts';
import type { Asked, Given } from './check-answer.ts';

/** An answer, and what is said of it. */
export interface Noted {
  readonly document: OpenApiDocument;
  readonly asked: Asked;
  readonly given: Given;
}

/** What is longer is not looked into. */
const MOST_BYTES = 4 * 1024 * 1024;

/** Tells of every answer of an app, if it has an OpenAPI document. */
export function watchAnswers(app: FastifyInstance, tell: (noted: Noted) => void): void {
  app.addHook('onRequest', (request, reply, next) => {
    next();
    if (!app.hasDecorator('swagger') || request.routeOptions.schema?.hide === true) return;
    const { method, url } = request;
    const asked = { method, url, route: routeOf(request) };
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a test of its own holds it against the specification
    const document = app.swagger() as unknown as OpenApiDocument;
    noteAnswer(reply.raw, (given) => tell({ document, asked, given }));
  });
}

/** `undefined`: there is none. */
function routeOf(request: FastifyRequest): string | undefined {
  return request.is404 ? undefined : request.routeOptions.url;
}

/** Calls back once, when an answer is there as a whole or was given up; then without a body. */
function noteAnswer(response: ServerResponse, noted: (given: Given) => void): void {
  const chunks: Buffer[] = [];
  const headers: Record<string, string> = {};
  const { write, end, writeHead } = response;
  let isNoted = false;

  function note(isWhole: boolean): void {
    if (isNoted || !response.headersSent) return;
    isNoted = true;
    const header = (name: string): string => headers[name] ?? String(response.getHeader(name) ?? '');
    const body = Buffer.concat(chunks);
    const isKnown = isWhole && body.length <= MOST_BYTES;
    noted({
      status: response.statusCode,
      type: header('content-type'),
      encoding: header('content-encoding'),
      body: isKnown ? body : undefined,
    });
  }

  function keep(chunk: unknown, encoding: unknown): void {
    if (typeof chunk === 'string')
      chunks.push(Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8'));
    else if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
  }

  Object.assign(response, {
    writeHead(...all: unknown[]) {
      const given = all.at(-1);
      if (typeof given === 'object' && given !== null) {
        for (const [name, value] of Object.entries(given)) headers[name.toLowerCase()] = String(value);
      }
      return Reflect.apply(writeHead, response, all);
    },
    write(...all: unknown[]) {
      keep(all[0], all[1]);
      return Reflect.apply(write, response, all);
    },
    end(...all: unknown[]) {
      keep(all[0], all[1]);
      const ended: unknown = Reflect.apply(end, response, all);
      note(true);
      return ended;
    },
  });
  response.once('close', () => note(false));
}
