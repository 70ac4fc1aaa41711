import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { fastifyCookie } from '@fastify/cookie';
import {
  fastify,
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyPluginAsync,
  type FastifyPluginCallback,
  type RouteOptions,
} from 'fastify';
import type { Logger } from 'pino';
import { refuseOtherSites } from './access/cross-site.ts';
import { guard, type MayStay, mayStay } from './access/guard.ts';
import { loginRoutes } from './access/login-routes.ts';
import { createVisitors } from './access/visitors.ts';
import { type AnswerRoom, createAnswerRoom, MOST_WAITING_BYTES } from './answer-room.ts';
import { appRoutes } from './app-routes.ts';
import { readAssets } from './assets.ts';
import { compressAnswers } from './compression/compress-answers.ts';
import { type AnswerElsewhere, answerErrors, answerFrameworkErrors } from './error-handler.ts';
import { pathOf } from './failure-log.ts';
import { exportRoutes } from './export-routes.ts';
import { createExportSlots, PATIENCE_MS } from './export-slots.ts';
import { dropGoneClients } from './gone-clients.ts';
import { healthRoutes } from './health-routes.ts';
import { historyRoutes } from './history-routes.ts';
import { holdLargeAnswers } from './hold-large-answers.ts';
import { createLiveHub, LIVE_HUB_DEFAULTS } from './live-hub.ts';
import { liveRoutes } from './live-routes.ts';
import { readLocales } from './locales.ts';
import { metricsRoutes } from './metrics-routes.ts';
import { mqttRoutes } from './mqtt-routes.ts';
import { openApiRoutes } from './openapi/openapi-routes.ts';
import { tellOpenApi } from './openapi/tell-openapi.ts';
import { apiPage } from './pages/api/api-page.ts';
import { createFrames } from './pages/frame.ts';
import { nowPage } from './pages/now-page.ts';
import { readingsPage } from './pages/readings-page.ts';
import { stationPage } from './pages/station-page.ts';
import { statusPage } from './pages/status-page.ts';
import type { WebParts } from './parts.ts';
import { createDatabaseCheck } from './readiness.ts';
import { readingsRoutes } from './readings-routes.ts';
import { rejectedRoutes } from './rejected-routes.ts';
import { stationsRoutes } from './stations-routes.ts';
import { submitRoutes } from './submit-routes.ts';
import { requireHost } from './require-host.ts';
import { addHeaders } from './response-headers.ts';
import { createTemplates } from './templates.ts';
import { registerViews, serveAssets } from './views.ts';
import { limitWrites } from './write-rate.ts';
import { createTurns } from './turns.ts';
import { windRoseRoutes } from './wind-rose-routes.ts';

/** Half of the connections that there are for what people look at: pages need no more than the others while somebody asks for decades. */
const HISTORY_TURNS = { most: 3, patienceMs: 10_000 };

const AJV_OPTIONS = {
  removeAdditional: false,
  coerceTypes: true,
  allErrors: true,
  // Coercion makes Infinity of `1e999`, and the strict form does not hold that against a maximum.
  strictNumbers: false,
} as const;

declare module 'fastify' {
  interface FastifyInstance {
    /** To be called when credentials have changed: ends event streams and exports of those who may no longer read them. */
    reviewAccess(): void;
  }
}

export interface WebOptions {
  readonly log: Logger;
  /** Called for each route. */
  readonly onRoute?: (route: RouteOptions) => void;
  /** Routes that are not the web layer's own. */
  readonly more?: MoreRoutes;
  /** How long whoever exports, or gets another large answer, may take for a piece; two minutes unless told. */
  readonly exportPatienceMs?: number;
}

export interface MoreRoutes {
  readonly routes: FastifyPluginCallback;
  /** Mends an address before its route is looked for; leaves those that are none of its own as they are. */
  readonly mendUrl: (url: string) => string;
  /** Answers errors that come before one of these routes, or where there is none. */
  readonly answerMiss?: AnswerElsewhere;
}

/** Pages, JSON API, event stream and health: an app, which `createWebServers` lets listen. @throws AssetsError */
export async function createWeb(parts: WebParts, options: WebOptions): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: withoutSmallTalk(options.log),
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: parts.trustProxy.length > 0 && [...parts.trustProxy],
    // While closing, requests on open connections are still answered in our own words.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 1024, ignoreTrailingSlash: true },
    ajv: { customOptions: AJV_OPTIONS },
    frameworkErrors: answerFrameworkErrors(options.more?.answerMiss),
    rewriteUrl: ({ url = '/' }) => options.more?.mendUrl(url) ?? url,
  }).withTypeProvider<TypeBoxTypeProvider>();
  if (options.onRoute !== undefined) app.addHook('onRoute', options.onRoute);
  const visitors = createVisitors(parts);
  const assets = readAssets(parts.version);
  const hub = createLiveHub(parts, {
    ...LIVE_HUB_DEFAULTS,
    build: assets.build,
    maxViewersPerAddress: parts.maxStreamsPerAddress,
  });
  const { exportPatienceMs: patienceMs = PATIENCE_MS } = options;
  const slots = createExportSlots({ most: parts.maxExports, patienceMs }, parts.httpCounters);
  const room = createAnswerRoom({ mostBytes: MOST_WAITING_BYTES, patienceMs }, parts.httpCounters);
  const turns = createTurns(HISTORY_TURNS);
  const mayGoOn: MayStay = (visitor, station) => mayStay(parts, visitors, visitor, station);
  const frames = createFrames(parts, readLocales(parts.timeZone), assets.build);
  dropGoneClients(app);
  logRequests(app);
  answerErrors(app, parts, frames, options.more?.answerMiss);
  await addHeaders(app, parts);
  await app.register(fastifyCookie);
  requireHost(app);
  refuseOtherSites(app);
  limitWrites(app, parts);
  guard(app, parts, visitors);
  app.decorate('reviewAccess', () => {
    hub.review();
    slots.review();
  });
  await tellOpenApi(app, parts);
  const templates = createTemplates(assets);
  await registerViews(app, templates);
  const exporting = { parts, slots, mayStay: mayGoOn };
  const databaseAnswers = createDatabaseCheck(parts.pool);
  // Not the login, where what is secret would stand beside what a stranger can choose; nor answers for boards; nor assets, which are
  // compressed when they are built.
  registerCompressed(app, room, [
    healthRoutes(parts, databaseAnswers),
    stationsRoutes(parts),
    readingsRoutes(parts, exporting, room),
    historyRoutes(parts, room, turns),
    windRoseRoutes(parts, turns),
    exportRoutes(parts, exporting),
    submitRoutes(parts),
    rejectedRoutes(parts),
    liveRoutes(hub, mayGoOn, parts.httpCounters),
    metricsRoutes(parts),
    mqttRoutes,
    appRoutes(assets),
    apiPage(parts, frames),
    openApiRoutes,
    nowPage(parts, frames, templates),
    stationPage(parts, frames),
    readingsPage(parts, frames),
    statusPage(parts, frames, databaseAnswers),
  ]);
  app.register(serveAssets);
  app.register(loginRoutes(parts, visitors, frames));
  if (options.more !== undefined) app.register(options.more.routes);
  await app.ready();
  return app;
}

function registerCompressed(
  app: FastifyInstance,
  room: AnswerRoom,
  all: readonly (FastifyPluginCallback | FastifyPluginAsync)[],
): void {
  app.register((scope, _options, done) => {
    compressAnswers(scope);
    holdLargeAnswers(scope, room);
    for (const routes of all) scope.register(routes);
    done();
  });
}

/** At `info` Fastify tells where it listens, which the start-up lines do better. */
function withoutSmallTalk(log: Logger): FastifyBaseLogger {
  return log.level === 'info' ? log.child({}, { level: 'warn' }) : log;
}

function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', (request, reply, next) => {
    const { method } = request;
    request.log.debug(
      { method, path: pathOf(request), status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
      'request',
    );
    next();
  });
}
