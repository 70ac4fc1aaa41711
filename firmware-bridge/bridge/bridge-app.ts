import { fastify, type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Logger } from 'pino';
import { createAddressLimit } from '../../src/address-limit.ts';
import type { KnownChannels } from '../../src/storage/channel-store.ts';
import { createClientErrors } from '../../src/web/client-errors.ts';
import { newWebCounters } from '../../src/web/counters.ts';
import { httpLimits } from '../../src/web/http-limits.ts';
import { bulkRoutes } from '../thingspeak/bulk-routes.ts';
import { toThingSpeakError } from '../thingspeak/errors.ts';
import { createGate } from '../thingspeak/gate.ts';
import { answerBoard, bodyForBytes, missOf } from '../thingspeak/misses.ts';
import { prepareForBoards, withoutDoubleSlashes } from '../thingspeak/plugin.ts';
import { updateRoutes, type WriteNeeds } from '../thingspeak/update-routes.ts';

const BODY_LIMIT_BYTES = 256 * 1024;
const WRONG_KEYS_PER_MINUTE = 20;
const HTTP_LIMITS = httpLimits({
  httpMaxHeaderBytes: 16 * 1024,
  httpHeadersTimeoutMs: 10_000,
  httpRequestTimeoutMs: 30_000,
});

/** What boards write to, and nothing that is read. */
export function createBridgeApp(
  channels: KnownChannels,
  writing: Omit<WriteNeeds, 'gate'>,
  log: Logger,
): FastifyInstance {
  const loggerInstance: FastifyBaseLogger = log.child(
    {},
    { level: log.level === 'info' ? 'warn' : log.level },
  );
  const app = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    http: { ...HTTP_LIMITS, requireHostHeader: false },
    routerOptions: { maxParamLength: 1024, ignoreTrailingSlash: true },
    rewriteUrl: ({ url = '/' }) => withoutDoubleSlashes(url),
    frameworkErrors: (error, request, reply) => answerBoard(toThingSpeakError(error), request, reply),
  });
  const counters = newWebCounters();
  app.server.removeAllListeners('clientError');
  app.server.on('clientError', createClientErrors(app.server, counters, bodyForBytes));
  const wrongKeys = createAddressLimit({ most: WRONG_KEYS_PER_MINUTE, perSeconds: 60 });
  const gate = createGate(
    {
      credentials: NOBODY,
      isPrivate: true,
      httpCounters: counters,
      loginFailed: (address) => wrongKeys.count(address),
      admitWrite: () => Promise.resolve(undefined),
    },
    channels,
  );
  const needs = { gate, ...writing };
  prepareForBoards(app, BODY_LIMIT_BYTES);
  updateRoutes(app, needs);
  bulkRoutes(app, needs);
  // Fastify's own answer repeats the address, which holds the key.
  app.setNotFoundHandler((request, reply) => answerBoard(missOf(request), request, reply));
  return app;
}

/** Nobody reads from a bridge. */
const NOBODY = {
  isKnown: () => true,
  hasName: () => false,
  stationNames: () => [],
  find: () => undefined,
  byName: () => null,
  bySecret: () => null,
  fingerprint: () => undefined,
};
