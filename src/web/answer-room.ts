import { networkOf } from '../transport/network.ts';
import type { WebCounters } from './counters.ts';
import { WebError } from './errors.ts';

/** An answer that lies in memory as a whole until its client has taken the last of it. */
export interface LargeAnswer {
  readonly response: {
    readonly destroyed: boolean;
    destroy(): unknown;
    once(event: 'close', listener: () => void): unknown;
  };
  /** The IP address that it goes to. */
  readonly address: string;
  readonly bytes: number;
}

/** Where answers lie that wait for their clients: whoever asks and does not read is not to fill the memory. */
export interface AnswerRoom {
  /** To be asked before the work that a large answer takes. @throws WebError 429 or 503 while so much waits as may */
  ask(address: string): void;
  /**
   * Counts it until its connection is done with it.
   * @returns what is to be called when the client has taken a piece, or else it is cut off
   */
  take(answer: LargeAnswer): () => void;
}

export interface AnswerRoomOptions {
  /** Of all; one address may have half of them. */
  readonly mostBytes: number;
  /** How long a client may take for one piece. */
  readonly patienceMs: number;
}

/** Eight of the largest answers there are, not compressed. */
export const MOST_WAITING_BYTES = 64 * 1024 * 1024;
const RETRY_AFTER_S = 10;

export function createAnswerRoom(
  { mostBytes, patienceMs }: AnswerRoomOptions,
  counters: Pick<WebCounters, 'answers_refused' | 'answers_cut_off'>,
): AnswerRoom {
  const waiting = new Set<LargeAnswer>();

  function refuse(status: number, message: string): never {
    counters.answers_refused += 1;
    throw new WebError(status, 'answers-not-read', message, { retryAfterSeconds: RETRY_AFTER_S });
  }

  return {
    ask(address) {
      const network = networkOf(address);
      let [all, alike] = [0, 0];
      for (const { bytes, address: other } of waiting) {
        all += bytes;
        if (networkOf(other) === network) alike += bytes;
      }
      if (alike >= mostBytes / 2)
        refuse(429, 'this address has too many answers waiting that it does not read');
      if (all >= mostBytes) refuse(503, 'too many answers wait that are not read');
    },
    take(answer) {
      const { response } = answer;
      // Nobody would say a second time that the client has gone.
      if (response.destroyed) return () => {};
      waiting.add(answer);
      const patience = setTimeout(() => {
        counters.answers_cut_off += 1;
        response.destroy();
      }, patienceMs);
      response.once('close', () => {
        waiting.delete(answer);
        clearTimeout(patience);
      });
      return () => {
        // A timer that was cleared would begin anew.
        if (waiting.has(answer)) patience.refresh();
      };
    },
  };
}
