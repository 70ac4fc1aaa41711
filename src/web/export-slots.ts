import { networkOf } from '../transport/network.ts';
import type { WebCounters } from './counters.ts';
import { WebError } from './errors.ts';

/** An answer that may go on for as long as its client reads. */
export interface LongAnswer {
  readonly response: {
    readonly destroyed: boolean;
    destroy(): unknown;
    once(event: 'close', listener: () => void): unknown;
  };
  /** The IP address that it goes to. */
  readonly address: string;
  /** Whether whoever asked may go on, now that credentials have changed. */
  readonly mayStay: () => boolean;
  /** Whether it is one of the exports of which there may be so many at a time; a page of readings is not. */
  readonly isExport: boolean;
}

export interface ExportSlots {
  /**
   * Takes it in until its connection is done with it.
   * @returns what is to be called when the client has taken a piece, or else it is cut off
   * @throws WebError 429 or 503 when it is one too many
   */
  take(answer: LongAnswer): () => void;
  /** Ends those of whoever may not stay. */
  review(): void;
  /** Ends all of them, for the service stops. */
  close(): void;
}

export interface ExportSlotOptions {
  /** Of all; one address may have half of them. */
  readonly most: number;
  /** How long a client may take for one piece. */
  readonly patienceMs: number;
}

/**
 * Two minutes for some 100 KB: less than any line that is used for it carries, and more than one that somebody pretends to
 * read on, to keep others from exporting.
 */
export const PATIENCE_MS = 120_000;
const RETRY_AFTER_S = 30;

/** Keeps account of the exports under way: each takes a connection to the database, and its share of the processor. */
export function createExportSlots(
  { most, patienceMs }: ExportSlotOptions,
  counters: Pick<WebCounters, 'exports_refused' | 'exports_cut_off'>,
): ExportSlots {
  const running = new Set<LongAnswer>();

  function cutOff({ response }: LongAnswer): void {
    counters.exports_cut_off += 1;
    response.destroy();
  }

  function refusal(address: string): WebError | undefined {
    const exports = [...running].filter(({ isExport }) => isExport);
    const network = networkOf(address);
    const alike = exports.filter((other) => networkOf(other.address) === network);
    if (alike.length >= Math.ceil(most / 2)) return tooManyOfAddress();
    return exports.length >= most ? tooManyExports() : undefined;
  }

  return {
    take(answer) {
      const error = answer.isExport ? refusal(answer.address) : undefined;
      if (error !== undefined) {
        counters.exports_refused += 1;
        throw error;
      }
      // Nobody would say a second time that the client has gone.
      if (answer.response.destroyed) return () => {};
      running.add(answer);
      const patience = setTimeout(() => cutOff(answer), patienceMs);
      answer.response.once('close', () => {
        running.delete(answer);
        clearTimeout(patience);
      });
      return () => {
        // A timer that was cleared would begin anew.
        if (running.has(answer)) patience.refresh();
      };
    },
    review() {
      for (const answer of running) if (!answer.mayStay()) cutOff(answer);
    },
    close() {
      for (const answer of running) cutOff(answer);
    },
  };
}

function tooManyExports(): WebError {
  return new WebError(503, 'too-many-exports', 'as many exports run as the service allows', {
    retryAfterSeconds: RETRY_AFTER_S,
  });
}

function tooManyOfAddress(): WebError {
  return new WebError(429, 'too-many-exports', 'this address has as many exports running as it may', {
    retryAfterSeconds: RETRY_AFTER_S,
  });
}
