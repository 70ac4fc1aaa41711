import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { isStationName } from '../telemetry/topic.ts';
import type { MayStay } from './access/guard.ts';
import type { WebCounters } from './counters.ts';
import { invalidParameter, WebError } from './errors.ts';
import type { LiveHub, Viewer } from './live-hub.ts';
import { liveQuery } from './schemas.ts';
import { parseUnitsParameter } from './units-parameter.ts';

/** `GET /api/live`: an event stream of readings that are now the newest of their series, and of presence. */
export function liveRoutes(
  hub: LiveHub,
  mayStay: MayStay,
  counters: Pick<WebCounters, 'streams_refused'>,
): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    // The server waits for open requests before it has closed, and these never end by themselves.
    app.addHook('preClose', (closed) => {
      hub.close();
      closed();
    });
    app.get(
      '/api/live',
      {
        config: { access: 'live', errors: ['too-many-streams', 'too-many-viewers'], told: TOLD },
        schema: {
          operationId: 'events',
          tags: ['Live'],
          summary: 'An event stream of what is committed, and of which stations come and go',
          description:
            '`reading` is an array of `{"station","metric","value","unit","measuredAt"}`: the newest readings of what has changed, at most four times a second. `presence` is `{"station","online"}`. `ping` comes every 15 seconds, with the time of the service. With `PRIVATE` it needs the right to read that station, or all of them.',
          querystring: liveQuery,
        },
        exposeHeadRoute: false,
      },
      (request, reply) => {
        const { station } = request.query;
        const units = parseUnitsParameter(request.query.units);
        if (station !== undefined && !isStationName(station)) {
          throw invalidParameter('station', 'is not a station name');
        }
        const { visitor, ip } = request;
        const full = hub.isFullFor(ip);
        if (full !== null) {
          counters.streams_refused += 1;
          throw full === 'address' ? tooManyStreams() : tooManyViewers();
        }
        const viewer: Viewer = {
          response: reply.raw,
          station,
          units,
          address: ip,
          mayStay: () => mayStay(visitor, station),
        };
        reply.hijack();
        reply.raw.on('close', () => hub.remove(viewer));
        // A write into a connection that is just breaking must not become an unheard error.
        reply.raw.on('error', () => hub.remove(viewer));
        reply.raw.setHeaders(new Map(Object.entries(STREAM_HEADERS)));
        hub.add(viewer);
      },
    );
    done();
  };
}

const TOLD = {
  answers: {
    200: {
      description: 'Server-sent events, until one side hangs up',
      content: { 'text/event-stream': Type.String() },
    },
  },
};

const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
  // The connection serves nothing else afterwards; kept alive, it would hold up the server's closing.
  connection: 'close',
};

function tooManyViewers(): WebError {
  return new WebError(503, 'too-many-viewers', 'as many event streams are open as the service allows', {
    retryAfterSeconds: 30,
  });
}

function tooManyStreams(): WebError {
  return new WebError(429, 'too-many-streams', 'this address has as many event streams as it may', {
    retryAfterSeconds: 30,
  });
}
