import type { FastifyPluginCallback, FastifyRequest } from 'fastify';
import { createLocalDays } from '../../telemetry/local-days.ts';
import type { StationSnapshot } from '../../telemetry/station.ts';
import { mayRead } from '../access/guard.ts';
import { type ChartDates, createChartDates } from '../chart-dates.ts';
import { notAllowed, WebError } from '../errors.ts';
import type { Language } from '../languages.ts';
import { NOT_TOLD } from '../openapi/route-description.ts';
import type { WebParts } from '../parts.ts';
import { createTurns } from '../turns.ts';
import { findStation } from './find-station.ts';
import type { Frame, Frames } from './frame.ts';
import { historyView } from './history/history-view.ts';
import { stationsInOrder } from './station-groups.ts';
import { cardTitle, readingsHref, stationCard, stationHref } from './station-card.ts';

/**
 * Beside those of histories: what is left of the connections is for all else that people look at. A page takes a few dozen statements,
 * one after the other, and whoever has waited for ten seconds has mostly gone.
 */
const TURNS = { most: 2, patienceMs: 10_000, mostWaiting: 100 };

/** `GET /stations/{station}`: its newest values, and charts of any time. */
export function stationPage(parts: WebParts, frames: Frames): FastifyPluginCallback {
  const days = createLocalDays(parts.timeZone);
  const turns = createTurns(TURNS);
  const dates = new Map<Language, ChartDates>();
  const datesFor = ({ language, words }: Frame): ChartDates => {
    const known = dates.get(language);
    if (known !== undefined) return known;
    const made = createChartDates(parts.timeZone, words.locale);
    dates.set(language, made);
    return made;
  };
  return (app, _options, done) => {
    app.get<{ Params: { station: string } }>(
      '/stations/:station',
      { config: { access: 'station' }, schema: NOT_TOLD },
      async (request, reply) => {
        const snapshot = findStation(parts, request.params.station);
        const { station } = snapshot;
        const page = frames(request, reply, { path: stationHref(station) });
        const viewpoint = { ...page, now: parts.clock(), days, day: parts.day };
        const card = stationCard(snapshot, viewpoint, { isWhole: true });
        const history = await historyView({
          parts,
          takeTurn: (work) =>
            turns.take(request.ip, () => {
              // Whoever has gone while they waited needs no page.
              if (reply.raw.destroyed) throw new WebError(503, 'client-gone', 'nobody waits for it any more');
              return work();
            }),
          page,
          days,
          datesFor,
          snapshot,
          query: new URLSearchParams(request.url.split('?', 2)[1]),
          findStation: (name) => findReadable(parts, request, name),
          stations: () =>
            stationsInOrder(parts.stations().filter((one) => isReadable(parts, request, one.station))),
        });
        return reply.view('station.hbs', {
          ...page,
          title: cardTitle(card),
          card,
          history,
          isPast: history.isPast,
          readings: readingsHref(station),
          api: `/api/stations/${encodeURIComponent(station)}`,
        });
      },
    );
    done();
  };
}

/** The guard has only asked for the station of the path. */
function isReadable(parts: WebParts, { visitor }: FastifyRequest, station: string): boolean {
  return visitor === undefined ? !parts.isPrivate : mayRead(parts, visitor.principal, station);
}

function findReadable(parts: WebParts, request: FastifyRequest, station: string): StationSnapshot {
  if (!isReadable(parts, request, station)) throw notAllowed();
  return findStation(parts, station);
}
