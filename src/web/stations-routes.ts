import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { Static } from 'typebox';
import { formatMicros } from '../telemetry/format-time.ts';
import type { StationSnapshot } from '../telemetry/station.ts';
import { showValue, type UnitSystem } from './display-units.ts';
import { stationUnknown } from './errors.ts';
import type { WebParts } from './parts.ts';
import { stationParams, stationReply, stationsReply, unitsQuery } from './schemas.ts';

/** `GET /api/stations` and `GET /api/stations/{station}`: from memory, without the database. */
export function stationsRoutes(parts: WebParts): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.get(
      '/api/stations',
      { schema: { querystring: unitsQuery, response: { 200: stationsReply } } },
      (request, reply) => {
        const { units } = request.query;
        void reply.send({ stations: parts.stations().map((station) => toReply(station, units)) });
      },
    );
    app.get(
      '/api/stations/:station',
      { schema: { params: stationParams, querystring: unitsQuery, response: { 200: stationReply } } },
      (request, reply) => {
        const station = parts.station(request.params.station);
        if (station === undefined) throw stationUnknown(request.params.station);
        void reply.send(toReply(station, request.query.units));
      },
    );
    done();
  };
}

function toReply(snapshot: StationSnapshot, units: UnitSystem | undefined): Static<typeof stationReply> {
  return {
    station: snapshot.station,
    title: snapshot.title,
    online: snapshot.online,
    lastSeenAt: snapshot.lastSeenAt === null ? null : formatMicros(snapshot.lastSeenAt),
    latest: snapshot.latest.map(({ metric, value, unit, measuredAt }) => ({
      metric,
      ...showValue(value, unit, units),
      measuredAt: formatMicros(measuredAt),
    })),
  };
}
