import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { Static } from 'typebox';
import { findSeries, type Order, type Position, readReadings } from '../storage/readings-query.ts';
import { formatMicros } from '../telemetry/format-time.ts';
import { isMetricName, isStationName } from '../telemetry/topic.ts';
import { formatCursor, parseCursor } from './cursor.ts';
import { showValue, shownUnit } from './display-units.ts';
import { invalidParameter, metricUnknown, stationUnknown } from './errors.ts';
import { missingSeries } from './missing-series.ts';
import type { WebParts } from './parts.ts';
import { readingsQuery, readingsReply, stationParams } from './schemas.ts';
import { askDatabase } from './to-web-error.ts';
import { parseTimeParameter } from './time-parameter.ts';

/** `GET /api/stations/{station}/readings`: raw readings, page by page. */
export function readingsRoutes(parts: WebParts): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.get(
      '/api/stations/:station/readings',
      {
        config: { access: 'station' },
        schema: { params: stationParams, querystring: readingsQuery, response: { 200: readingsReply } },
      },
      (request) => replyReadings(parts, request.params.station, request.query),
    );
    done();
  };
}

async function replyReadings(
  parts: WebParts,
  station: string,
  query: Static<typeof readingsQuery>,
): Promise<Static<typeof readingsReply>> {
  const from = query.from === undefined ? undefined : parseTimeParameter('from', query.from);
  const to = query.to === undefined ? undefined : parseTimeParameter('to', query.to);
  const { metric, seriesId, unit } = await requireSeries(parts, station, query.metric);
  const { order, limit, units } = query;
  const after = query.cursor === undefined ? undefined : requirePosition(query.cursor, seriesId, order);
  const rows = await askDatabase(
    // One more than asked for tells whether there is a next page.
    readReadings(parts.pool, { seriesId, order, limit: limit + 1, from, to, after }),
  );
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return {
    station,
    metric,
    unit: shownUnit(unit, units),
    readings: page.map((row) => ({
      measuredAt: formatMicros(row.measuredAt),
      receivedAt: formatMicros(row.receivedAt),
      value: showValue(row.value, unit, units).value,
    })),
    next: last === undefined ? null : formatCursor({ seriesId, order }, last),
  };
}

async function requireSeries(
  parts: WebParts,
  station: string,
  asked: string | undefined,
): Promise<{ metric: string; seriesId: number; unit: string | null }> {
  const metric = asked ?? 'temperature';
  // Names that can't exist are not worth a query, and some (NUL) PostgreSQL would refuse to look at.
  if (!isStationName(station)) throw stationUnknown(station);
  if (!isMetricName(metric)) throw metricUnknown(station, metric);
  const found = await askDatabase(findSeries(parts.pool, station, metric));
  if (found.kind === 'found') return { metric, seriesId: found.seriesId, unit: found.unit };
  throw missingSeries(found.kind, station, asked);
}

function requirePosition(text: string, seriesId: number, order: Order): Position {
  const cursor = parseCursor(text);
  if (cursor === undefined) {
    throw invalidParameter('cursor', 'is not one of ours; send `next` of the page before as it came');
  }
  if (cursor.order !== order) throw invalidParameter('cursor', `was made for order=${cursor.order}`);
  if (cursor.seriesId !== seriesId) {
    throw invalidParameter('cursor', 'was made for another station or metric');
  }
  return cursor;
}
