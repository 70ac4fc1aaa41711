import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { fastify, LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { answerClientError, answerErrors, answerFrameworkError } from './error-handler.ts';
import { healthRoutes } from './health-routes.ts';
import { createLiveHub } from './live-hub.ts';
import { liveRoutes } from './live-routes.ts';
import { nowPage } from './pages/now-page.ts';
import { stationPage } from './pages/station-page.ts';
import { statusPage } from './pages/status-page.ts';
import type { WebParts } from './parts.ts';
import { createDatabaseCheck } from './readiness.ts';
import { readingsRoutes } from './readings-routes.ts';
import { rejectedRoutes } from './rejected-routes.ts';
import { stationsRoutes } from './stations-routes.ts';
import { submitRoutes } from './submit-routes.ts';
import { HEADERS } from './response-headers.ts';
import { registerViews } from './views.ts';

/** How long a client may take to send a request. */
const REQUEST_TIMEOUT_MS = 30_000;
/** How long open requests may hold up closing. */
const CLOSE_TIMEOUT_MS = 5000;
const AJV_OPTIONS = {
  removeAdditional: false,
  coerceTypes: true,
  allErrors: true,
  // Coercion makes Infinity of `1e999`, and the strict form does not hold that against a maximum.
  strictNumbers: false,
} as const;

/** Pages, JSON API, event stream and health: an app that does not listen yet. `close` ends all of it. */
export async function createWeb(parts: WebParts, options: { log: Logger }): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: withoutSmallTalk(options.log),
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: false,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // While closing, requests on open connections are still answered in our own words.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 1024, ignoreTrailingSlash: true },
    ajv: { customOptions: AJV_OPTIONS },
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: answerClientError,
  }).withTypeProvider<TypeBoxTypeProvider>();
  addHeaders(app);
  boundClosing(app);
  answerErrors(app, parts);
  await registerViews(app);
  const databaseAnswers = createDatabaseCheck(parts.pool);
  for (const routes of [
    healthRoutes(parts, databaseAnswers),
    stationsRoutes(parts),
    readingsRoutes(parts),
    submitRoutes(parts),
    rejectedRoutes(parts),
    liveRoutes(createLiveHub(parts)),
    nowPage(parts),
    stationPage(parts),
    statusPage(parts, databaseAnswers),
  ]) {
    app.register(routes);
  }
  await app.ready();
  return app;
}

/** At `info` Fastify tells where it listens, which the start-up lines do better. */
function withoutSmallTalk(log: Logger): FastifyBaseLogger {
  return log.isLevelEnabled('debug') ? log : log.child({}, { level: 'warn' });
}

function addHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', (_request, reply, next) => {
    reply.headers(HEADERS);
    next();
  });
  app.addHook('onResponse', (request, reply, next) => {
    const { method, url } = request;
    request.log.debug(
      { method, url, status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
      'request',
    );
    next();
  });
}

/** Connections that turn idle while the server closes would be kept alive, and those of stuck clients for ever. */
function boundClosing(app: FastifyInstance): void {
  let sweep: NodeJS.Timeout | undefined;
  let deadline: NodeJS.Timeout | undefined;
  app.addHook('preClose', (done) => {
    sweep = setInterval(() => app.server.closeIdleConnections(), 50);
    deadline = setTimeout(() => app.server.closeAllConnections(), CLOSE_TIMEOUT_MS);
    done();
  });
  app.addHook('onClose', (_app, done) => {
    clearInterval(sweep);
    clearTimeout(deadline);
    done();
  });
}
