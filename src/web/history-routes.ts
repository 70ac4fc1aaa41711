import { setImmediate } from 'node:timers/promises';
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type HistorySeries, lookUpSeries, type SeriesName } from '../storage/history/look-up.ts';
import { type History, readHistory } from '../storage/history/read-history.ts';
import { createLocalDays } from '../telemetry/local-days.ts';
import { metricKind } from '../telemetry/metric-kind.ts';
import { isMetricName, isStationName } from '../telemetry/topic.ts';
import type { UnitSystem } from '../telemetry/unit-system.ts';
import type { AnswerRoom } from './answer-room.ts';
import { shownUnit } from './display-units.ts';
import { invalidParameter, metricUnknown, stationUnknown, WebError } from './errors.ts';
import { isNoneMatch, weakEtag } from './etag.ts';
import { acceptedFormat, CONTENT_TYPES, fileName } from './export-format.ts';
import { HISTORY, SERIES_HISTORY } from './history-description.ts';
import { historyCsv } from './history-csv.ts';
import {
  historyJson,
  seriesHistoryJson,
  showBucket,
  type ShownHistory,
  type ShownSeries,
} from './history-reply.ts';
import { type AskedHistory, askedHistory, type HistoryQuery, wholeHours } from './history-request.ts';
import { MOST_SERIES } from './history-schemas.ts';
import { missingSeries } from './missing-series.ts';
import type { WebParts } from './parts.ts';
import { parseSeries } from './series-parameter.ts';
import { askDatabase } from './to-web-error.ts';
import type { Turns } from './turns.ts';
import { parseUnitsParameter } from './units-parameter.ts';

/** To be changed with the form of answers: clients have kept those of before. */
const FORM = 2;
const JSON_TYPE = 'application/json; charset=utf-8';

interface Asked {
  readonly names: readonly SeriesName[];
  readonly query: HistoryQuery;
  readonly missing: (kind: 'station-unknown' | 'metric-unknown', name: SeriesName) => WebError;
  readonly toJson: (history: ShownHistory, shape: 'rows' | 'columns') => string | Promise<string>;
}

/** `GET /api/stations/{station}/history` and `GET /api/history`: what readings come to in buckets of time. */
export function historyRoutes(
  parts: WebParts,
  room: Pick<AnswerRoom, 'ask'>,
  turns: Turns,
): FastifyPluginCallbackTypebox {
  const days = createLocalDays(parts.timeZone);
  return (app, _options, done) => {
    app.get('/api/stations/:station/history', HISTORY, (request, reply) => {
      const { station } = request.params;
      const { metric: asked, ...query } = request.query;
      const metric = asked ?? 'temperature';
      if (!isStationName(station)) throw stationUnknown(station);
      if (!isMetricName(metric)) throw metricUnknown(station, metric);
      return answer(request, reply, {
        names: [{ station, metric }],
        query,
        missing: (kind) => missingSeries(kind, station, asked),
        toJson: historyJson,
      });
    });
    app.get('/api/history', SERIES_HISTORY, (request, reply) => {
      const { series, ...query } = request.query;
      const names = requireSeries(series);
      return answer(request, reply, {
        names,
        query,
        missing: (kind, { station, metric }) => missingSeries(kind, station, metric),
        toJson: seriesHistoryJson,
      });
    });
    done();
  };

  async function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    { names, query, missing, toJson }: Asked,
  ): Promise<string> {
    const history = askedHistory(query, parts.clock());
    const units = parseUnitsParameter(query.units);
    const found = await askDatabase(lookUpSeries(parts.pool, names, wholeHours(history)));
    const series = found.map((each, index) => {
      if (each.kind !== 'found') throw missing(each.kind, names[index]!);
      return each;
    });
    const isCsv = (query.format ?? acceptedFormat(request.headers.accept)) === 'csv';
    const keep = { 'cache-control': 'private, no-cache', vary: 'accept' };
    if (!series.every(({ isSettled }) => isSettled)) return write(keep);
    const { url } = request.routeOptions;
    const etag = weakEtag([
      FORM,
      url,
      parts.timeZone,
      names,
      series,
      history,
      units?.key,
      isCsv || query.shape,
    ]);
    if (!isNoneMatch(request.headers['if-none-match'], etag)) return write({ ...keep, etag });
    reply.code(304).headers({ ...keep, etag });
    return '';

    async function write(headers: Record<string, string>): Promise<string> {
      const shown = await turns.take(request.ip, () => {
        // Whoever has gone while they waited needs no answer.
        if (reply.raw.destroyed) throw new WebError(503, 'client-gone', 'nobody waits for it any more');
        room.ask(request.ip);
        return read(names, series, history, units);
      });
      reply.headers(headers);
      if (!isCsv) {
        reply.type(JSON_TYPE);
        return toJson(shown, query.shape);
      }
      const name = fileName({ ...(names.length === 1 && names[0]), ...shown.shown }, 'csv', 'history');
      reply.type(CONTENT_TYPES.csv).header('content-disposition', `attachment; filename="${name}"`);
      return historyCsv(shown.series);
    }
  }

  async function read(
    names: readonly SeriesName[],
    series: readonly HistorySeries[],
    { shown, asked, width }: AskedHistory,
    units: UnitSystem | undefined,
  ): Promise<ShownHistory> {
    const { timeZone } = parts;
    const seriesIds = series.map(({ seriesId }) => seriesId);
    const history = await askDatabase(readHistory(parts.pool, { seriesIds, asked, width, timeZone, days }));
    if (history.kind !== 'found') throw tooMuch(history);
    const shownSeries: ShownSeries[] = [];
    for (const [index, { seriesId, unit }] of series.entries()) {
      const buckets = (history.buckets.get(seriesId) ?? []).map((bucket) => showBucket(bucket, unit, units));
      const kind = metricKind(names[index]!.metric, unit);
      shownSeries.push({ ...names[index]!, unit: shownUnit(unit, units), kind, buckets });
      await setImmediate();
    }
    return { shown, width: history.width, timeZone, days, series: shownSeries };
  }
}

function requireSeries(text: string): readonly SeriesName[] {
  const series = parseSeries(text);
  if (series === undefined) {
    throw invalidParameter('series', 'is to be `station:metric`, or several of them with commas between');
  }
  if (series.length > MOST_SERIES) throw invalidParameter('series', `may name no more than ${MOST_SERIES}`);
  const names = new Set(series.map(({ station, metric }) => `${station}:${metric}`));
  if (names.size < series.length) throw invalidParameter('series', 'names one of them twice');
  return series;
}

function tooMuch({ kind, limit, wouldDo }: Exclude<History, { kind: 'found' }>): WebError {
  const detail =
    kind === 'too-many-buckets'
      ? `would make more than ${limit} buckets; every=${wouldDo.name} would do`
      : `buckets of less than an hour would be made of more than ${limit} readings; every=${wouldDo.name} would do`;
  return new WebError(400, kind, `every: ${detail}`, { details: [{ field: 'every', detail }] });
}
