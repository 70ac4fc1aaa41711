/** What has become of requests since the start. */
export interface WebCounters {
  /** Secrets that were wrong. */
  http_logins_refused: number;
  /** Connections that were closed at once, for there are too many, or too many at a time. */
  http_connections_over_limit: number;
  /** Heads (431) and bodies (413) that were longer than they may be. */
  http_requests_too_large: number;
  /** Requests that had not come to their end in time (408). */
  http_requests_too_slow: number;
  /** Event streams that were one too many, of all or of an address. */
  streams_refused: number;
  /** Exports that were one too many, of all or of an address. */
  exports_refused: number;
  /** Exports that were ended before their end: their client took too little, or may not read any more; or the service stopped. */
  exports_cut_off: number;
  /** Large answers that were not made, for too much waited already for clients that did not read it. */
  answers_refused: number;
  /** Large answers that were ended before their end: their client took too little. */
  answers_cut_off: number;
}

export function newWebCounters(): WebCounters {
  return {
    http_logins_refused: 0,
    http_connections_over_limit: 0,
    http_requests_too_large: 0,
    http_requests_too_slow: 0,
    streams_refused: 0,
    exports_refused: 0,
    exports_cut_off: 0,
    answers_refused: 0,
    answers_cut_off: 0,
  };
}
