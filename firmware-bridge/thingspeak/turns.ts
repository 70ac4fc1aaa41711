import { ThingSpeakError } from './errors.ts';

/**
 * Lets calls for the same id go one after the other.
 * @param isGone whether nobody waits for the call any more; what has begun goes on
 * @throws ThingSpeakError 503 when too many wait, or one for too long, or is gone when its turn comes
 */
export type Turns = <T>(id: number, run: () => Promise<T>, isGone?: () => boolean) => Promise<T>;

interface Queue {
  last: Promise<unknown>;
  waiting: number;
}

/** Of one channel. Behind a database that does not answer they would only grow old: their boards have given up. */
const MOST_WAITING = 500;
/** Less than boards wait for an answer: five seconds, those of ThingSpeak's own library. Later, they have asked again. */
const MOST_WAITING_MS = 3_000;

/**
 * Whoever writes to a channel waits in the database for whoever writes to it already. Waiting here instead, they take up no
 * connections, of which pages need some.
 */
export function createTurns(mostWaiting = MOST_WAITING, mostWaitingMs = MOST_WAITING_MS): Turns {
  const queues = new Map<number, Queue>();
  return async (id, run, isGone = () => false) => {
    const queue = queues.get(id) ?? { last: Promise.resolve(), waiting: 0 };
    if (queue.waiting >= mostWaiting)
      throw new ThingSpeakError(503, 'too many write to this channel at once', 5);
    queues.set(id, queue);
    queue.waiting += 1;
    const since = performance.now();
    const mine = queue.last.then(() => {
      if (isGone()) throw nobodyWaits();
      if (performance.now() - since <= mostWaitingMs) return run();
      throw new ThingSpeakError(503, 'too many write to this channel at once', 5);
    });
    queue.last = mine.catch(() => undefined);
    try {
      return await mine;
    } finally {
      queue.waiting -= 1;
      if (queue.waiting === 0) queues.delete(id);
    }
  };
}

export function nobodyWaits(): ThingSpeakError {
  return new ThingSpeakError(503, 'nobody waits for the answer any more');
}
