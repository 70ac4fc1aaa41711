import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  mayAdminister,
  mayPostReadings,
  mayReadEverything,
  mayReadStation,
  type Principal,
} from '../../access/permissions.ts';
import { notAllowed, WebError } from '../errors.ts';
import type { WebParts } from '../parts.ts';
import { parseSeries } from '../series-parameter.ts';
import { wantsPage } from '../wants-page.ts';
import { loginPath } from './return-path.ts';
import type { Access } from './route-access.ts';
import type { Visitor, Visitors } from './visitors.ts';

/** Lets nobody further than the route's `access` allows. It comes before the body is read, so that nothing is kept of it. */
export function guard(app: FastifyInstance, parts: WebParts, visitors: Visitors): void {
  app.decorateRequest('visitor');
  app.addHook('onRequest', async (request, reply) => {
    const { access } = request.routeOptions.config;
    if (request.is404 || access === 'open') return undefined;
    try {
      await admit(access, request, reply);
      return undefined;
    } catch (error) {
      if (!isLoginNeeded(error) || !wantsPage(request)) throw error;
      return reply.redirect(loginPath(request.url), 303);
    }
  });

  async function admit(
    access: Exclude<Access, 'open'> | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    // Also whoever is refused is known to the page that tells them.
    const recognised = (visitor: Visitor): Principal => (request.visitor = visitor).principal;
    const station = stationOf(request);
    switch (access) {
      case 'readiness':
        request.visitor = await whoeverItIs(request, reply);
        return;
      case 'post': {
        const principal = recognised(await visitors.byBearer(request, parts.allowAnonymous));
        return permit(mayPostReadings(principal, station ?? ''));
      }
      case 'admin':
        return permit(mayAdminister(recognised(await visitors.byBearer(request, false))));
      case 'everything':
      case 'station':
      case 'live': {
        const principal = recognised(await visitors.byAny(request, reply, !parts.isPrivate));
        return permit(mayRead(parts, principal, access === 'everything' ? undefined : station));
      }
      case 'series': {
        const principal = recognised(await visitors.byAny(request, reply, !parts.isPrivate));
        // What can't be read names nobody: only those who may read everything are told what is wrong with it.
        const stations = parseSeries(asObject(request.query)['series'])?.map((series) => series.station);
        return permit((stations ?? [undefined]).every((named) => mayRead(parts, principal, named)));
      }
      case undefined:
        permit(!parts.isPrivate);
    }
  }

  /** Whether the service is ready must be told while the database is away, too, and with it the credentials. */
  async function whoeverItIs(request: FastifyRequest, reply: FastifyReply): Promise<Visitor | undefined> {
    try {
      return await visitors.byAny(request, reply, !parts.isPrivate);
    } catch (error) {
      if (isLoginNeeded(error) || (error instanceof WebError && error.status === 503)) return undefined;
      throw error;
    }
  }
}

/** @param station `undefined`: all of them */
export function mayRead(
  { isPrivate }: Pick<WebParts, 'isPrivate'>,
  principal: Principal,
  station: string | undefined,
): boolean {
  if (!isPrivate) return true;
  // Anonymous MQTT clients may read all that there is; that the pages are private is another decision.
  if (principal.kind === 'anonymous') return false;
  return station === undefined ? mayReadEverything(principal) : mayReadStation(principal, station);
}

/** Whether a visitor who was let in may still read that station, or everything. */
export type MayStay = (visitor: Visitor | undefined, station: string | undefined) => boolean;

/** Whether whoever was let in to read that station, or everything, may go on. */
export function mayStay(
  parts: WebParts,
  visitors: Visitors,
  visitor: Visitor | undefined,
  station: string | undefined,
): boolean {
  const principal = visitor && visitors.principalNow(visitor);
  return principal !== undefined && mayRead(parts, principal, station);
}

function permit(isPermitted: boolean): void {
  if (!isPermitted) throw notAllowed();
}

function isLoginNeeded(error: unknown): boolean {
  return error instanceof WebError && error.code === 'credentials-required';
}

/** Of the path, or else of the query. */
function stationOf({ params, query }: FastifyRequest): string | undefined {
  const named = { ...asObject(query), ...asObject(params) }['station'];
  return typeof named === 'string' ? named : undefined;
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
