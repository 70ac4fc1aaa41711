import { WebError } from './errors.ts';

/** Does works at most so many at a time, in the order in which they came; those that wait for too long are not done. */
export interface Turns {
  /** @throws WebError 503 when its turn has not come in time, or too many wait for theirs; what the work throws */
  take<T>(work: () => Promise<T>): Promise<T>;
}

export interface TurnsOptions {
  readonly most: number;
  /** How long a work waits for its turn. */
  readonly patienceMs: number;
  /** How many may wait; as many as come unless told. */
  readonly mostWaiting?: number;
}

const RETRY_AFTER_S = 5;

export function createTurns({ most, patienceMs, mostWaiting = Infinity }: TurnsOptions): Turns {
  const waiting = new Set<() => void>();
  let taken = 0;

  async function wait(): Promise<void> {
    if (waiting.size >= mostWaiting) throw tooMuchAsked();
    await new Promise<void>((resolve, reject) => {
      const begin = (): void => {
        clearTimeout(late);
        resolve();
      };
      const late = setTimeout(() => {
        waiting.delete(begin);
        reject(tooMuchAsked());
      }, patienceMs);
      waiting.add(begin);
    });
  }

  /** Hands the turn on, so that nobody who comes meanwhile goes before those who wait. */
  function end(): void {
    const [next] = waiting;
    if (next === undefined) {
      taken -= 1;
      return;
    }
    waiting.delete(next);
    next();
  }

  return {
    async take(work) {
      if (taken < most) taken += 1;
      else await wait();
      try {
        return await work();
      } finally {
        end();
      }
    },
  };
}

function tooMuchAsked(): WebError {
  return new WebError(503, 'too-much-asked', 'as much is looked up as the service does at a time', {
    retryAfterSeconds: RETRY_AFTER_S,
  });
}
