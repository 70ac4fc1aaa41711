import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import { lookUpSeries } from '../storage/history/look-up.ts';
import { readWindRose } from '../storage/history/read-wind-rose.ts';
import { type NamedSeries, readSeries } from '../storage/series-query.ts';
import { createLocalDays } from '../telemetry/local-days.ts';
import { classStartsIn } from '../telemetry/wind-rose.ts';
import { isStationName } from '../telemetry/topic.ts';
import { findWind, type WindSeries } from '../telemetry/wind-series.ts';
import { stationUnknown, WebError } from './errors.ts';
import { isNoneMatch, weakEtag } from './etag.ts';
import { askedRange, wholeHours } from './history-request.ts';
import { NOT_MODIFIED } from './openapi/media.ts';
import type { WebParts } from './parts.ts';
import { stationParams } from './schemas.ts';
import { askDatabase } from './to-web-error.ts';
import { parseUnitsParameter } from './units-parameter.ts';
import type { Turns } from './turns.ts';
import { toWindRoseReply } from './wind-rose-reply.ts';
import { windRoseQuery, windRoseReply } from './wind-rose-schemas.ts';

/** To be changed with the form of answers: clients have kept those of before. */
const FORM = 1;

/** `GET /api/stations/{station}/wind-rose`: how often wind came from where, and how fast it was. */
export function windRoseRoutes(parts: WebParts, turns: Turns): FastifyPluginCallbackTypebox {
  const { timeZone } = parts;
  const days = createLocalDays(timeZone);

  async function windOf(station: string, asked: string | undefined): Promise<WindSeries<NamedSeries>> {
    // The database does not take every text.
    if (!isStationName(station)) throw stationUnknown(station);
    const all = await askDatabase(readSeries(parts.pool, { station }));
    if (all.length === 0 && parts.station(station) === undefined) throw stationUnknown(station);
    const names = asked?.split(',');
    const wind = findWind(all.filter(({ metric }) => names?.includes(metric) ?? true));
    if (wind !== undefined) return wind;
    throw new WebError(
      404,
      'no-wind',
      asked === undefined
        ? `${station} has never sent both a wind direction and a wind speed`
        : `${asked}: not a wind direction and a wind speed that ${station} has ever sent`,
    );
  }

  return (app, _options, done) => {
    app.get(
      '/api/stations/:station/wind-rose',
      {
        config: {
          access: 'station',
          errors: ['station-unknown', 'no-wind', 'too-much-asked', 'database-unavailable'],
          told: { answers: { 304: NOT_MODIFIED } },
        },
        schema: {
          operationId: 'wind-rose',
          tags: ['Readings'],
          summary: 'How often wind came from where, and how fast it was',
          params: stationParams,
          querystring: windRoseQuery,
          response: {
            200: { ...windRoseReply, description: 'How often the wind came from where, and how fast' },
          },
        },
      },
      async (request, reply) => {
        const { station } = request.params;
        const units = parseUnitsParameter(request.query.units);
        const { shown, asked } = askedRange(request.query, parts.clock());
        const { direction, speed } = await windOf(station, request.query.metrics);
        const names = [direction, speed].map(({ metric }) => ({ station, metric }));
        const series = await askDatabase(lookUpSeries(parts.pool, names, wholeHours({ asked })));
        void reply.header('cache-control', 'private, no-cache');
        if (series.every((each) => each.kind === 'found' && each.isSettled)) {
          const etag = weakEtag([FORM, 'wind-rose', timeZone, names, series, shown, units?.key]);
          void reply.header('etag', etag);
          if (isNoneMatch(request.headers['if-none-match'], etag)) return notModified(reply);
        }
        const wanted = {
          directionId: direction.seriesId,
          speedId: speed.seriesId,
          asked,
          classStarts: classStartsIn(speed.unit),
          timeZone,
          days,
        };
        const found = await turns.take(request.ip, () => askDatabase(readWindRose(parts.pool, wanted)));
        const metrics = { direction: direction.metric, speed: speed.metric, unit: speed.unit };
        return toWindRoseReply({ ...found, ...metrics, station, shown, timeZone }, units);
      },
    );
    done();
  };
}

/** It has no body, and so no schema. */
function notModified(reply: FastifyReply): FastifyReply {
  return reply.code(304).send();
}
