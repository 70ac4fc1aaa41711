import { Type } from 'typebox';
import type { ErrorCode } from './error-codes.ts';

/** Readings as lines, see docs/api.md. */
export const LINES = {
  'text/csv': Type.String({ description: 'station,metric,unit,measuredAt,value,receivedAt' }),
  'application/x-ndjson': Type.String({ description: 'The same, as an object a line' }),
};

export const NOT_MODIFIED = { description: 'What `If-None-Match` names is still right' };

/** Of whatever looks for the readings of a series. */
export const ERRORS_OF_SERIES = [
  'station-unknown',
  'metric-unknown',
  'database-unavailable',
] as const satisfies readonly ErrorCode[];
