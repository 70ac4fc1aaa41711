import type { FastifyPluginCallback } from 'fastify';
import type { StationSnapshot } from '../../telemetry/station.ts';
import { metricUnknown, WebError } from '../errors.ts';
import type { Names } from '../names.ts';
import { NOT_TOLD } from '../openapi/route-description.ts';
import type { WebParts } from '../parts.ts';
import { findStation } from './find-station.ts';
import type { Frames, PageLink } from './frame.ts';
import { type ReadingsTable, readTable, type TableRequest } from './readings-table.ts';
import { inOrder } from './metric-order.ts';
import { metricName } from './series-display.ts';
import { readingsHref, stationHref } from './station-card.ts';

interface ReadingsQuery {
  readonly metric?: unknown;
  readonly cursor?: unknown;
}

/** `GET /stations/{station}/readings`: a table of all readings of a metric, page by page. */
export function readingsPage(parts: WebParts, frames: Frames): FastifyPluginCallback {
  return (app, _options, done) => {
    app.get<{ Params: { station: string }; Querystring: ReadingsQuery }>(
      '/stations/:station/readings',
      { config: { access: 'station' }, schema: NOT_TOLD },
      async (request, reply) => {
        const snapshot = findStation(parts, request.params.station);
        const { station, title } = snapshot;
        const metric = chooseMetric(snapshot, request.query.metric);
        const page = frames(request, reply, { path: readingsHref(station) });
        const { cursor } = request.query;
        return reply.view('readings.hbs', {
          ...page,
          title: `${page.words.text('readings.title')} · ${title} · Thermograph`,
          station: { name: station, title, href: stationHref(station) },
          metrics: metricLinks(snapshot, metric, page.names),
          table:
            metric === undefined
              ? undefined
              : await tableIfThere(parts, { ...page, snapshot, metric, cursor }),
          api: `/api/stations/${encodeURIComponent(station)}`,
        });
      },
    );
    done();
  };
}

/** What can be said without the database is worth a page. */
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
function chooseMetric(snapshot: StationSnapshot, asked: unknown): string | undefined {
  const { station, latest } = snapshot;
  if (typeof asked !== 'string') return inOrder(snapshot, latest)[0]?.metric;
  if (!latest.some(({ metric }) => metric === asked)) throw metricUnknown(station, asked);
  return asked;
}

function metricLinks(snapshot: StationSnapshot, chosen: string | undefined, names: Names): PageLink[] {
  return inOrder(snapshot, snapshot.latest).map(({ metric }) => ({
    label: metricName(snapshot, metric, names),
    href: readingsHref(snapshot.station, metric),
    current: metric === chosen,
  }));
}
