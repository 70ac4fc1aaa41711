import type { Logger } from 'pino';
import type { Micros } from '../../telemetry/reading.ts';
import type { Session } from './session.ts';

const MAX_AWAY_DAYS = 7;
const MAX_AWAY: Micros = MAX_AWAY_DAYS * 24 * 60 * 60 * 1_000_000;
const MAX_SESSIONS_AWAY = 1_000;
/** Of one credential: whoever has its secret should not push out the sessions of others. */
const MAX_SESSIONS_AWAY_OF_ONE = 100;

export interface AwaySessionsParts {
  readonly now: () => Micros;
  readonly log: Logger;
  /** Ends a session. */
  readonly drop: (session: Session) => void;
  readonly counters: { sessions_expired: number; sessions_dropped: number };
}

/**
 * Sessions whose clients are not connected. Nobody tells when one never comes back, so a session ends after seven days
 * without a connection; and of more than a thousand, or a hundred of one credential, those end that have been away longest.
 */
export class AwaySessions {
  readonly #parts: AwaySessionsParts;
  /** The longest away first. */
  readonly #sessions = new Set<Session>();
  /** How many each credential has, by its id. */
  readonly #byOwner = new Map<number, number>();
  /** Whether the owner knows that there are too many. */
  #isTold = false;

  constructor(parts: AwaySessionsParts) {
    this.#parts = parts;
  }

  /** It must be away since no earlier than those that were added before. */
  add(session: Session): void {
    if (this.#sessions.has(session)) return;
    this.#sessions.add(session);
    this.#count(session.owner, 1);
    const { owner } = session;
    if (owner !== null && this.#byOwner.get(owner)! > MAX_SESSIONS_AWAY_OF_ONE) this.#dropLongestAway(owner);
    else if (this.#sessions.size > MAX_SESSIONS_AWAY) this.#dropLongestAway();
  }

  delete(session: Session): void {
    if (!this.#sessions.delete(session)) return;
    this.#count(session.owner, -1);
    if (this.#sessions.size < MAX_SESSIONS_AWAY / 2) this.#isTold = false;
  }

  /** Ends those that have been away for too long. */
  expire(): void {
    const { now, log, drop, counters } = this.#parts;
    const since = now() - MAX_AWAY;
    let expired = 0;
    for (const session of this.#sessions) {
      // Sessions that were restored are in order, too; but the clock may have been set since.
      if ((session.awaySince ?? since) >= since) continue;
      drop(session);
      expired += 1;
    }
    if (expired === 0) return;
    counters.sessions_expired += expired;
    log.info({ sessions: expired }, `sessions have ended after ${MAX_AWAY_DAYS} days without a connection`);
  }

  #count(owner: number | null, by: number): void {
    if (owner === null) return;
    const count = (this.#byOwner.get(owner) ?? 0) + by;
    if (count > 0) this.#byOwner.set(owner, count);
    else this.#byOwner.delete(owner);
  }

  /** @param owner whose; anybody's, if not given */
  #dropLongestAway(owner?: number): void {
    const [longestAway] =
      owner === undefined ? this.#sessions : [...this.#sessions].filter((session) => session.owner === owner);
    this.#parts.drop(longestAway!);
    this.#parts.counters.sessions_dropped += 1;
    if (this.#isTold) return;
    this.#isTold = true;
    this.#parts.log.warn(
      { clientId: longestAway!.clientId },
      `more than ${owner === undefined ? MAX_SESSIONS_AWAY : MAX_SESSIONS_AWAY_OF_ONE} sessions are away: from now on those that have been away longest end`,
    );
  }
}
