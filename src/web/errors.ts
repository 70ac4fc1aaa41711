/** What clients get of an error: `{"error":{"code","message","details"}}`, see {@link errorBody}. */
export interface ErrorDetail {
  /** The parameter at fault, where it is one. */
  readonly field?: string;
  /** Why a part of a message was refused. */
  readonly reason?: string;
  readonly detail: string;
}

interface WebErrorOptions {
  readonly details?: readonly ErrorDetail[];
  /** What a page puts into its text for this code, see error-texts.ts. */
  readonly values?: Readonly<Record<string, string>>;
  /** After how many seconds a retry may help. */
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/** An error with a status that its client is meant to see. */
export class WebError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: readonly ErrorDetail[];
  readonly values: Readonly<Record<string, string>>;
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, code: string, message: string, options: WebErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'WebError';
    this.status = status;
    this.code = code;
    this.details = options.details ?? [];
    this.values = options.values ?? {};
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

export function invalidParameter(field: string, detail: string): WebError {
  return new WebError(400, 'parameter-invalid', `${field}: ${detail}`, { details: [{ field, detail }] });
}

export function stationUnknown(station: string): WebError {
  return new WebError(404, 'station-unknown', `no station is named ${station}`, { values: { station } });
}

/** Also for what is not known because it could not be read yet. */
export function databaseUnavailable(cause?: unknown): WebError {
  return new WebError(503, 'database-unavailable', 'the database does not answer at the moment', {
    retryAfterSeconds: 5,
    ...(cause !== undefined && { cause }),
  });
}

export function metricUnknown(station: string, metric: string): WebError {
  return new WebError(404, 'metric-unknown', `${station} has never sent a metric named ${metric}`, {
    values: { station, metric },
  });
}

export function credentialsRequired(): WebError {
  return new WebError(401, 'credentials-required', 'this needs a credential: Authorization: Bearer PASSWORD');
}

export function secretWrong(): WebError {
  return new WebError(401, 'secret-wrong', 'nobody has this password');
}

export function tooManyWrongSecrets(retryAfterSeconds: number): WebError {
  return new WebError(429, 'too-many-wrong-secrets', 'too many passwords from this address were wrong', {
    retryAfterSeconds,
  });
}

export function tooManyRequests(retryAfterSeconds: number): WebError {
  return new WebError(429, 'too-many-requests', 'too much comes from this address', { retryAfterSeconds });
}

export function notAllowed(): WebError {
  return new WebError(403, 'not-allowed', 'this credential does not allow it');
}

/** Nobody can tell who it is while the credentials could not be read. */
export function credentialsUnknown(cause?: unknown): WebError {
  return new WebError(503, 'credentials-unknown', 'the credentials could not be read yet', {
    retryAfterSeconds: 5,
    ...(cause !== undefined && { cause }),
  });
}

export function errorBody(error: WebError): {
  error: { code: string; message: string; details: readonly ErrorDetail[] };
} {
  return { error: { code: error.code, message: error.message, details: error.details } };
}
