import type { FastifySchemaValidationError } from 'fastify';
import { DatabaseError } from 'pg';
import { classifyFailure } from '../storage/failure.ts';
import { databaseUnavailable, type ErrorDetail, WebError } from './errors.ts';

/** What Fastify's own errors and those of the parts behind us may carry. */
interface AnyError {
  readonly code?: unknown;
  readonly statusCode?: unknown;
  readonly message?: unknown;
  readonly validation?: readonly FastifySchemaValidationError[];
}

const FASTIFY_CODES: Readonly<Record<string, string>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_BAD_URL: 'url-malformed',
  FST_ERR_MAX_PARAM_LENGTH: 'url-malformed',
};

/** Finds what to tell a client of any error; what nobody foresaw becomes a 500 that says nothing of its insides. */
export function toWebError(error: unknown): WebError {
  if (error instanceof WebError) return error;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every property is checked before use
  const { code, statusCode, message, validation } = (error ?? {}) as AnyError;
  if (validation !== undefined) return fromValidation(validation);
  if (code === 'ingest-closed') {
    return unavailable('ingest-closed', 'the service is stopping; nothing was stored', 5, error);
  }
  if (code === 'ingest-overloaded') {
    return unavailable('ingest-overloaded', 'too much is waiting to be stored; nothing was stored', 1, error);
  }
  if (code === 'ingest-stalled') {
    return unavailable('ingest-stalled', 'nothing can be stored at the moment', 10, error);
  }
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return new WebError(statusCode, FASTIFY_CODES[String(code)] ?? 'request-invalid', String(message));
  }
  return new WebError(500, 'internal', 'something went wrong in the service; its log says what', {
    cause: error,
  });
}

/** Migrations have not got there yet. */
const UNDEFINED_TABLE = '42P01';

/**
 * Runs a query; if it fails because the database is away, rather than for a mistake of ours, the client is told so.
 */
export async function askDatabase<T>(query: Promise<T>): Promise<T> {
  try {
    return await query;
  } catch (error) {
    if (!isDatabaseAway(error)) throw error;
    throw databaseUnavailable(error);
  }
}

function isDatabaseAway(error: unknown): boolean {
  if (error instanceof DatabaseError && error.code === UNDEFINED_TABLE) return true;
  return error instanceof Error && classifyFailure(error) === 'temporary';
}

function unavailable(code: string, message: string, retryAfterSeconds: number, cause: unknown): WebError {
  return new WebError(503, code, message, { retryAfterSeconds, cause });
}

function fromValidation(problems: readonly FastifySchemaValidationError[]): WebError {
  const details = problems.map(toDetail);
  const message = details.map(({ field, detail }) => `${field}: ${detail}`).join('; ');
  return new WebError(400, 'parameter-invalid', message, { details });
}

function toDetail({ keyword, params, instancePath, message }: FastifySchemaValidationError): ErrorDetail {
  if (keyword === 'additionalProperties') {
    return { field: String(params['additionalProperty']), detail: 'there is no such parameter' };
  }
  if (keyword === 'required') return { field: String(params['missingProperty']), detail: 'is required' };
  return { field: instancePath.slice(1), detail: rule(keyword, params) ?? message ?? 'is not valid' };
}

/** In words; `undefined`: the validator's are as good. */
function rule(keyword: string, params: FastifySchemaValidationError['params']): string | undefined {
  if (keyword === 'enum') return `must be one of ${[params['allowedValues']].flat().join(', ')}`;
  if (keyword === 'type' && params['type'] === 'integer') return 'must be a whole number';
  if (keyword === 'type' && params['type'] === 'number') return 'must be a number';
  if (keyword === 'minimum') return `must be ${String(params['limit'])} or more`;
  if (keyword === 'maximum') return `must be ${String(params['limit'])} or less`;
  return undefined;
}
