import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { Static } from 'typebox';
import { type NamedSeries, readSeries } from '../storage/series-query.ts';
import { isMetricName, isStationName } from '../telemetry/topic.ts';
import { invalidParameter, metricUnknown, stationUnknown, WebError } from './errors.ts';
import { acceptedFormat, fileName } from './export-format.ts';
import { type ExportNeeds, replyExport } from './export-reply.ts';
import { ERRORS_OF_SERIES, LINES } from './openapi/media.ts';
import type { WebParts } from './parts.ts';
import { exportQuery } from './schemas.ts';
import { parseTimeRange } from './time-parameter.ts';
import { askDatabase } from './to-web-error.ts';

/** `GET /api/export`: all readings of a range, of one station or of all, as lines. */
export function exportRoutes(parts: WebParts, needs: ExportNeeds): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    app.addHook('preClose', (closed) => {
      needs.slots.close();
      closed();
    });
    app.get(
      '/api/export',
      {
        config: {
          access: 'live',
          errors: [...ERRORS_OF_SERIES, 'too-many-exports'],
          told: { answers: { 200: { description: 'Lines', content: LINES } } },
        },
        schema: {
          operationId: 'export',
          tags: ['Readings'],
          summary: 'All raw readings of a range, of one station or of all',
          description: 'With `PRIVATE` it needs the right to read that station, or all of them.',
          querystring: exportQuery,
        },
      },
      async (request, reply) => {
        const { station, metric, format: named } = request.query;
        void reply.header('vary', 'accept');
        const accepted = acceptedFormat(request.headers.accept);
        const format = named ?? (accepted === 'ndjson' ? 'ndjson' : 'csv');
        const range = parseTimeRange(request.query);
        const series = await requireSeries(parts, request.query);
        return replyExport(needs, request, reply, {
          series,
          station,
          order: 'asc',
          ...range,
          format,
          fileName: fileName({ station, metric, ...range }, format),
        });
      },
    );
    done();
  };
}

/** There may be none where everything is asked for. @throws WebError where a name is not known */
async function requireSeries(
  { pool }: WebParts,
  { station, metric }: Static<typeof exportQuery>,
): Promise<readonly NamedSeries[]> {
  if (station !== undefined && !isStationName(station)) {
    throw invalidParameter('station', 'is not a station name');
  }
  if (metric !== undefined && !isMetricName(metric)) throw invalidParameter('metric', 'is not a metric name');
  const found = await askDatabase(readSeries(pool, { station, metric }));
  if (found.length > 0 || (station === undefined && metric === undefined)) return found;
  if (station === undefined) {
    throw new WebError(404, 'metric-unknown', `no station has ever sent a metric named ${metric}`);
  }
  if (metric === undefined) throw stationUnknown(station);
  const ofStation = await askDatabase(readSeries(pool, { station }));
  throw ofStation.length === 0 ? stationUnknown(station) : metricUnknown(station, metric);
}
