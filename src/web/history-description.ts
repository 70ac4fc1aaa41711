import { type TSchema, Type } from 'typebox';
import { historyQuery, historyReply, seriesHistoryQuery, seriesHistoryReply } from './history-schemas.ts';
import type { ErrorCode } from './openapi/error-codes.ts';
import { ERRORS_OF_SERIES, NOT_MODIFIED } from './openapi/media.ts';
import type { ToldRoute } from './openapi/route-description.ts';
import { stationParams } from './schemas.ts';

const ERRORS: readonly ErrorCode[] = [
  ...ERRORS_OF_SERIES,
  'too-many-buckets',
  'too-many-readings',
  'answers-not-read',
  'too-much-asked',
  'client-gone',
];

const told = (json: TSchema): ToldRoute => ({
  answers: {
    200: {
      description: 'Buckets',
      content: {
        'application/json': json,
        'text/csv': Type.String({ description: 'station,metric,unit,time,count,min,avg,max,rise' }),
      },
      headers: { ETag: Type.String({ description: 'Of a range that is rolled up' }) },
    },
    304: NOT_MODIFIED,
  },
});

/** What is asked of `GET /api/stations/{station}/history`, and told of it. */
export const HISTORY = {
  config: { access: 'station', errors: ERRORS, told: told(historyReply) },
  schema: {
    operationId: 'history',
    tags: ['Readings'],
    summary: 'What the readings of one metric come to, in buckets of time',
    description: 'It is made from roll-ups as far as these go, and costs little for any range.',
    params: stationParams,
    querystring: historyQuery,
    response: { 200: historyReply },
  },
} as const;

/** The same of `GET /api/history`. */
export const SERIES_HISTORY = {
  config: { access: 'series', errors: ERRORS, told: told(seriesHistoryReply) },
  schema: {
    operationId: 'series-history',
    tags: ['Readings'],
    summary: 'The same of several series at once, in the same buckets',
    querystring: seriesHistoryQuery,
    response: { 200: seriesHistoryReply },
  },
} as const;
