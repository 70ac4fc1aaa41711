import { networkOf } from '../transport/network.ts';
import { WebError } from './errors.ts';

/**
 * Does works at most so many at a time. Those that wait have their turns address by address, and of one address in the order in which they
 * came: who asks for a hundred keeps others waiting for one. Those that wait for too long are not done.
 */
export interface Turns {
  /**
   * @param address of whoever wants it
   * @throws WebError 503 when its turn has not come in time, or too many wait for theirs; what the work throws
   */
  take<T>(address: string, work: () => Promise<T>): Promise<T>;
}

export interface TurnsOptions {
  readonly most: number;
  /** How long a work waits for its turn. */
  readonly patienceMs: number;
  /** How many may wait, of one address half of them; as many as come unless told. */
  readonly mostWaiting?: number;
}

const RETRY_AFTER_S = 5;

export function createTurns({ most, patienceMs, mostWaiting = Infinity }: TurnsOptions): Turns {
  // In the order of their turns.
  const waiting = new Map<string, Set<() => void>>();
  let waitingCount = 0;
  let taken = 0;

  function enter(address: string, begin: () => void): void {
    const queue = waiting.get(address) ?? new Set();
    waiting.set(address, queue.add(begin));
    waitingCount += 1;
  }

  function leave(address: string, queue: Set<() => void>, begin: () => void): void {
    queue.delete(begin);
    if (queue.size === 0) waiting.delete(address);
    waitingCount -= 1;
  }

  async function wait(address: string): Promise<void> {
    const ofIt = waiting.get(address)?.size ?? 0;
    if (waitingCount >= mostWaiting || ofIt >= mostWaiting / 2) throw tooMuchAsked();
    await new Promise<void>((resolve, reject) => {
      const begin = (): void => {
        clearTimeout(late);
        resolve();
      };
      const late = setTimeout(() => {
        leave(address, waiting.get(address)!, begin);
        reject(tooMuchAsked());
      }, patienceMs);
      enter(address, begin);
    });
  }

  /** Hands the turn on, so that nobody who comes meanwhile goes before those who wait. */
  function end(): void {
    const [first] = waiting;
    if (first === undefined) {
      taken -= 1;
      return;
    }
    const [address, queue] = first;
    const [begin] = queue;
    leave(address, queue, begin!);
    // Its next one comes after one of each of the others.
    if (waiting.delete(address)) waiting.set(address, queue);
    begin!();
  }

  return {
    async take(address, work) {
      if (taken < most) taken += 1;
      else await wait(networkOf(address));
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
