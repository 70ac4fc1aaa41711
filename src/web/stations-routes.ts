import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { databaseUnavailable, stationUnknown } from './errors.ts';
import type { WebParts } from './parts.ts';
import { stationParams, stationReply, stationsReply, unitsQuery } from './schemas.ts';
import { createStationsJson, toStationReply } from './stations-json.ts';
import { parseUnitsParameter } from './units-parameter.ts';

const JSON_TYPE = 'application/json; charset=utf-8';

/** `GET /api/stations` and `GET /api/stations/{station}`: from memory, without the database. */
export function stationsRoutes(parts: WebParts): FastifyPluginCallbackTypebox {
  const stationsJson = createStationsJson();
  const missing = (station: string): Error =>
    parts.storing().isPrepared ? stationUnknown(station) : databaseUnavailable();
  return (app, _options, done) => {
    app.get(
      '/api/stations',
      {
        config: { access: 'everything', errors: ['database-unavailable'] },
        schema: {
          operationId: 'stations',
          tags: ['Stations'],
          summary: 'Every station with its newest readings',
          querystring: unitsQuery,
          response: { 200: { ...stationsReply, description: 'The stations, each with its newest readings' } },
        },
      },
      (request, reply) => {
        if (!parts.storing().isPrepared) throw databaseUnavailable();
        // As bytes: Fastify would check and write all of it anew for each request.
        void reply
          .type(JSON_TYPE)
          .send(stationsJson(parts.stations(), parseUnitsParameter(request.query.units)));
      },
    );
    app.get(
      '/api/stations/:station',
      {
        config: { access: 'station', errors: ['station-unknown', 'database-unavailable'] },
        schema: {
          operationId: 'station',
          tags: ['Stations'],
          summary: 'One station with its newest readings',
          params: stationParams,
          querystring: unitsQuery,
          response: { 200: { ...stationReply, description: 'The station' } },
        },
      },
      (request, reply) => {
        const station = parts.station(request.params.station);
        if (station === undefined) throw missing(request.params.station);
        void reply.send(toStationReply(station, parseUnitsParameter(request.query.units)));
      },
    );
    done();
  };
}
