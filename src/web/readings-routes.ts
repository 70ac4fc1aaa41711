import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { Static } from 'typebox';
import { findSeries, type Order, type Position, readReadings } from '../storage/readings-query.ts';
import type { NamedSeries } from '../storage/series-query.ts';
import { formatMicros } from '../telemetry/format-time.ts';
import type { LineFormat } from '../telemetry/reading-lines.ts';
import { isMetricName, isStationName } from '../telemetry/topic.ts';
import type { UnitSystem } from '../telemetry/unit-system.ts';
import type { AnswerRoom } from './answer-room.ts';
import { formatCursor, parseCursor } from './cursor.ts';
import { showValue, shownUnit } from './display-units.ts';
import { invalidParameter, metricUnknown, stationUnknown } from './errors.ts';
import { acceptedFormat, fileName } from './export-format.ts';
import { ERRORS_OF_SERIES, LINES } from './openapi/media.ts';
import { type ExportNeeds, replyExport, type WantedExport } from './export-reply.ts';
import { missingSeries } from './missing-series.ts';
import type { WebParts } from './parts.ts';
import { type ReadingsPage, readingsQuery, readingsReply, stationParams } from './schemas.ts';
import { askDatabase } from './to-web-error.ts';
import { parseTimeRange, type TimeRange } from './time-parameter.ts';
import { parseUnitsParameter } from './units-parameter.ts';

const READINGS = { description: 'A page of readings, or lines' };

interface Query extends Omit<Static<typeof readingsQuery>, 'units'> {
  readonly units: UnitSystem | undefined;
}

const PAGE_SIZE = 1000;

/** `GET /api/stations/{station}/readings`: raw readings, page by page, or all of a range as lines. */
export function readingsRoutes(
  parts: WebParts,
  exporting: ExportNeeds,
  room: Pick<AnswerRoom, 'ask'>,
): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.get(
      '/api/stations/:station/readings',
      {
        config: {
          access: 'station',
          errors: [...ERRORS_OF_SERIES, 'too-many-exports', 'answers-not-read'],
          told: {
            answers: { 200: { ...READINGS, content: { 'application/json': readingsReply, ...LINES } } },
          },
        },
        schema: {
          operationId: 'readings',
          tags: ['Readings'],
          summary: 'Raw readings of one metric',
          description:
            'As JSON page by page: `next` is the `cursor` of the page that follows. As CSV and NDJSON everything comes in one answer, oldest first.',
          params: stationParams,
          querystring: readingsQuery,
          response: { 200: readingsReply },
        },
      },
      async (request, reply) => {
        const query = { ...request.query, units: parseUnitsParameter(request.query.units) };
        void reply.header('vary', 'accept');
        const format = query.format ?? acceptedFormat(request.headers.accept) ?? 'json';
        const range = parseTimeRange(query);
        if (format !== 'json' && query.cursor !== undefined) {
          throw invalidParameter('cursor', 'is for JSON alone; everything comes in one answer here');
        }
        if (format === 'json') room.ask(request.ip);
        const series = await requireSeries(parts, request.params.station, query.metric);
        if (format === 'json') return replyPage(parts, series, range, query);
        return replyExport(exporting, request, reply, wanted(series, range, query, format));
      },
    );
    done();
  };
}

function wanted(series: NamedSeries, range: TimeRange, query: Query, format: LineFormat): WantedExport {
  const { station, metric } = series;
  const { order = 'asc', limit, units } = query;
  const name = fileName({ station, metric, ...range }, format);
  return { series: [series], station, order, limit, units, ...range, format, fileName: name };
}

async function replyPage(
  { pool }: WebParts,
  { station, metric, seriesId, unit }: NamedSeries,
  range: TimeRange,
  { order = 'desc', limit = PAGE_SIZE, units, cursor }: Query,
): Promise<ReadingsPage> {
  const after = cursor === undefined ? undefined : requirePosition(cursor, seriesId, order);
  const rows = await askDatabase(
    // One more than asked for tells whether there is a next page.
    readReadings(pool, { seriesId, order, limit: limit + 1, ...range, after }),
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
): Promise<NamedSeries> {
  const metric = asked ?? 'temperature';
  // Names that can't exist are not worth a query, and some (NUL) PostgreSQL would refuse to look at.
  if (!isStationName(station)) throw stationUnknown(station);
  if (!isMetricName(metric)) throw metricUnknown(station, metric);
  const found = await askDatabase(findSeries(parts.pool, station, metric));
  if (found.kind === 'found') return { station, metric, seriesId: found.seriesId, unit: found.unit };
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
