/** What has become of requests since the start. */
export interface WebCounters {
  /** Secrets that were wrong. */
  http_logins_refused: number;
}

export function newWebCounters(): WebCounters {
  return { http_logins_refused: 0 };
}
