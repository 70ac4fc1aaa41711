import type { FastifyPluginCallback } from 'fastify';
import type { StationSnapshot } from '../../telemetry/station.ts';
import { databaseUnavailable, metricUnknown, stationUnknown, WebError } from '../errors.ts';
import { createLocalDays } from '../../telemetry/local-days.ts';
import type { WebParts } from '../parts.ts';
import type { Names } from '../names.ts';
import type { Frames, PageLink } from './frame.ts';
import { type ReadingsTable, readTable, type TableRequest } from './readings-table.ts';
import { cardTitle, stationCard, stationHref } from './station-card.ts';

interface StationQuery {
  readonly metric?: unknown;
  readonly cursor?: unknown;
}

/** `GET /stations/{station}`: its newest values, and a table of its readings. */
export function stationPage(parts: WebParts, frames: Frames): FastifyPluginCallback {
  const days = createLocalDays(parts.timeZone);
  return (app, _options, done) => {
    app.get<{ Params: { station: string }; Querystring: StationQuery }>(
      '/stations/:station',
      { config: { access: 'station' } },
      async (request, reply) => {
        const snapshot = parts.station(request.params.station);
        if (snapshot === undefined) {
          throw parts.storing().isPrepared ? stationUnknown(request.params.station) : databaseUnavailable();
        }
        const page = frames(request, reply, { path: `/stations/${snapshot.station}` });
        const card = stationCard(snapshot, { ...page, now: parts.clock(), days, day: parts.day });
        const metric = chooseMetric(snapshot, request.query.metric);
        const { cursor } = request.query;
        const table =
          metric === undefined
            ? undefined
            : await tableIfThere(parts, { ...page, station: snapshot.station, metric, cursor });
        return reply.view('station.hbs', {
          ...page,
          title: cardTitle(card),
          card,
          metrics: metricLinks(snapshot, metric, page.names),
          table,
          api: `/api/stations/${encodeURIComponent(snapshot.station)}`,
        });
      },
    );
    done();
  };
}

/** The newest values are in memory; they are worth a page even while the database, and so the table, is away. */
async function tableIfThere(
  parts: WebParts,
  request: TableRequest,
): Promise<ReadingsTable | { readonly isAway: true }> {
  try {
    return await readTable(parts, request);
  } catch (error) {
    if (error instanceof WebError && error.status === 503) return { isAway: true };
    throw error;
  }
}

/** `undefined` where the station has sent nothing yet. */
function chooseMetric({ station, latest }: StationSnapshot, asked: unknown): string | undefined {
  if (typeof asked !== 'string') return latest[0]?.metric;
  if (!latest.some(({ metric }) => metric === asked)) throw metricUnknown(station, asked);
  return asked;
}

function metricLinks(
  { station, latest }: StationSnapshot,
  chosen: string | undefined,
  names: Names,
): PageLink[] {
  return latest.map(({ metric }) => ({
    label: names.metric(metric),
    href: `${stationHref(station)}?metric=${encodeURIComponent(metric)}`,
    current: metric === chosen,
  }));
}
