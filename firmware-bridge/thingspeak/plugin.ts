import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import { createFailureLog } from '../../src/web/failure-log.ts';
import type { WebParts } from '../../src/web/parts.ts';
import { bulkRoutes } from './bulk-routes.ts';
import { countRefusal } from './counters.ts';
import type { BoardParts } from './board-parts.ts';
import { ContentError, type ThingSpeakError, toThingSpeakError } from './errors.ts';
import { createGate } from './gate.ts';
import { takeBodyOfGet } from './get-body.ts';
import { createKeep } from './keep.ts';
import { createLastValues } from './last-values.ts';
import { answerBoard, isBoardPath } from './misses.ts';
import { readRoutes } from './read-routes.ts';
import { updateRoutes } from './update-routes.ts';

/** ThingSpeak's addresses, for boards and pages of which nothing but the host name is changed. */
export function thingSpeakRoutes(
  parts: WebParts,
  { channels, counters, notices }: BoardParts,
): FastifyPluginCallback {
  const { httpCounters } = parts;
  const gate = createGate(parts, channels);
  const writing = {
    gate,
    keep: createKeep({ pool: parts.channelPool, join: parts.join, counters }),
    notices,
    clock: parts.clock,
  };
  return (app, _options, done) => {
    prepareForBoards(app, parts.maxBodyBytes, (error, isWrite) => {
      countRefusal(counters, error, isWrite);
      // What is refused for its content has been read.
      if (error.status === 413 && !(error instanceof ContentError)) httpCounters.http_requests_too_large += 1;
    });
    updateRoutes(app, writing);
    bulkRoutes(app, writing);
    const { pool, clock } = parts;
    readRoutes(app, { pool, clock, gate, lastValues: createLastValues({ pool, clock }) });
    done();
  };
}

/** Learns of what was refused, and whether it was to write something. */
type Refused = (error: ThingSpeakError, isWrite: boolean) => void;

/** What routes for boards need of Fastify, before them. */
export function prepareForBoards(
  app: FastifyInstance,
  bodyLimit: number,
  onRefused: Refused = () => {},
): void {
  takeAnyBody(app, bodyLimit);
  takeBodyOfGet(app, bodyLimit);
  answerErrors(app, onRefused);
}

/** Boards put slashes twice where an address was put together of parts. */
export function withoutDoubleSlashes(url: string): string {
  const [path = '', ...query] = url.split('?');
  const clean = path.replaceAll(/\/{2,}/g, '/');
  return isBoardPath(clean) ? [clean, ...query].join('?') : url;
}

/** Boards call a form all sorts of things, which Fastify refuses as malformed; only what is in it counts. */
function takeAnyBody(app: FastifyInstance, bodyLimit: number): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_request, body, parsed) =>
    parsed(null, body),
  );
  app.addHook('onRequest', (request, _reply, next) => {
    delete request.headers['content-type'];
    next();
  });
}

function answerErrors(app: FastifyInstance, onRefused: Refused): void {
  const logFailure = createFailureLog();
  app.setErrorHandler((thrown, request, reply) => {
    const error = toThingSpeakError(thrown);
    if (error.status === 500) logFailure(request, thrown);
    else request.log.debug({ err: thrown }, 'a request of a board was refused');
    onRefused(error, request.method === 'POST' || request.url.startsWith('/update'));
    answerBoard(error, request, reply);
  });
}
