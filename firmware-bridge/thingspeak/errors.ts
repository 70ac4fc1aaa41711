import type { RejectReason } from '../../src/telemetry/reading.ts';
import { toWebError } from '../../src/web/to-web-error.ts';

/** An error in the words of ThingSpeak's own table of them. */
export interface ThingSpeakErrorBody {
  readonly status: string;
  readonly error: { readonly error_code: string; readonly message: string; readonly details: string };
}

const WORDS: Readonly<Record<number, readonly [code: string, message: string]>> = {
  400: ['error_bad_request', 'Bad Request'],
  401: ['error_auth_required', 'Authorization Required'],
  404: ['error_resource_not_found', 'Resource Not Found'],
  405: ['error_method_invalid', 'Invalid Method'],
  409: ['error_conflict', 'Conflict'],
  413: ['error_request_too_large', 'Request Is Too Large'],
  421: ['error_no_action', 'No Action Performed'],
  422: ['error_invalid_byte_sequence', 'Invalid Byte Sequence'],
  429: ['error_too_many_requests', 'Too Many Requests'],
  500: ['error_internal_server_error', 'Internal Server Error'],
  503: ['error_service_unavailable', 'Service Unavailable'],
};

/** What a board or a reader is told. */
export class ThingSpeakError extends Error {
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;

  /** @param details a sentence for whoever looks for the cause */
  constructor(status: number, details: string, retryAfterSeconds?: number) {
    super(details);
    this.name = 'ThingSpeakError';
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Whoever asks shows no key, where one is needed. */
export class KeyMissingError extends ThingSpeakError {
  constructor(details: string) {
    super(401, details);
    this.name = 'KeyMissingError';
  }
}

/** A board has sent what can't be stored, however often it sends it: it is kept as rejected. */
export class ContentError extends ThingSpeakError {
  readonly reason: RejectReason;

  constructor(status: number, reason: RejectReason, details: string) {
    super(status, details);
    this.name = 'ContentError';
    this.reason = reason;
  }
}

export function errorBodyOf({ status, message: details }: ThingSpeakError): ThingSpeakErrorBody {
  const [code, message] = WORDS[status] ?? WORDS[status < 500 ? 400 : 500]!;
  return { status: String(status), error: { error_code: code, message, details } };
}

/** Those of the rest of the service included, such as a limit that was exceeded before a route was reached. */
export function toThingSpeakError(thrown: unknown): ThingSpeakError {
  if (thrown instanceof ThingSpeakError) return thrown;
  const { status, message, retryAfterSeconds } = toWebError(thrown);
  return new ThingSpeakError(status, message, retryAfterSeconds);
}
