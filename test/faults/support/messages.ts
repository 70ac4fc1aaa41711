/** What a publisher sends, by the number of the message within its station; no two payloads are alike. */
export interface Messages {
  /** Message n was measured at `firstTimeMs + n`; `undefined`: readings get the time of their receipt. */
  readonly firstTimeMs: number | undefined;
  payload(n: number): string;
  /** Whether message n is a reading of the value n; otherwise it belongs into `rejected_messages`. */
  isReading(n: number): boolean;
}

/** Long enough ago that no load runs into the future. */
const AGO_MS = 6 * 3_600_000;

/** Readings with times of their own. */
export function timed(): Messages {
  return timedFrom(Date.now() - AGO_MS);
}

export function timedFrom(firstTimeMs: number): Messages {
  return {
    firstTimeMs,
    payload: (n) => `{"value":${n},"time":${firstTimeMs + n}}`,
    isReading: () => true,
  };
}

/** Readings without. */
export function untimed(): Messages {
  return { firstTimeMs: undefined, payload: (n) => String(n), isReading: () => true };
}

/** {@link timed}, but message `first` and each `every` messages after it has a negative value, which the table refuses. */
export function poisoned(every: number, first: number): Messages {
  const { firstTimeMs = 0 } = timed();
  const isPoison = (n: number): boolean => n % every === first;
  return {
    firstTimeMs,
    payload: (n) => `{"value":${isPoison(n) ? -n - 1 : n},"time":${firstTimeMs + n}}`,
    isReading: (n) => !isPoison(n),
  };
}

export function undecodable(): Messages {
  return { firstTimeMs: undefined, payload: (n) => `no number, ${n} times`, isReading: () => false };
}

/** Eight stations with a clock and two without. */
export function usualStations(): readonly Messages[] {
  return [...Array.from({ length: 8 }, timed), untimed(), untimed()];
}
