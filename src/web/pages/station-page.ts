import type { FastifyPluginCallback } from 'fastify';
import { createLocalDays } from '../../telemetry/local-days.ts';
import type { WebParts } from '../parts.ts';
import { findStation } from './find-station.ts';
import type { Frames } from './frame.ts';
import { cardTitle, readingsHref, stationCard, stationHref } from './station-card.ts';

/** `GET /stations/{station}`: its newest values. */
export function stationPage(parts: WebParts, frames: Frames): FastifyPluginCallback {
  const days = createLocalDays(parts.timeZone);
  return (app, _options, done) => {
    app.get<{ Params: { station: string } }>(
      '/stations/:station',
      { config: { access: 'station' } },
      (request, reply) => {
        const snapshot = findStation(parts, request.params.station);
        const { station } = snapshot;
        const page = frames(request, reply, { path: stationHref(station) });
        const card = stationCard(snapshot, { ...page, now: parts.clock(), days, day: parts.day });
        return reply.view('station.hbs', {
          ...page,
          title: cardTitle(card),
          card,
          readings: readingsHref(station),
          api: `/api/stations/${encodeURIComponent(station)}`,
        });
      },
    );
    done();
  };
}
