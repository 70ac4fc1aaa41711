import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';

export type Change =
  | { readonly type: 'put'; readonly key: string; readonly value: Buffer }
  | { readonly type: 'del'; readonly key: string };

/** What a journal writes to. */
export interface JournalStore {
  /** Writes all of the changes, or rejects. */
  write(changes: readonly Change[]): Promise<void>;
  /** To be called after a failed write, before the next. */
  reopen(): Promise<void>;
}

/** Takes changes, to write them down some time. */
export interface Changes {
  /** Of a key that has not been used before. */
  create(key: string, value: Buffer): void;
  put(key: string, value: Buffer): void;
  remove(key: string): void;
}

export interface JournalParts {
  readonly store: JournalStore;
  readonly log: Logger;
  readonly onFailed: () => void;
  readonly retryMs?: number;
}

const RETRY_MS = 1_000;

/**
 * Writes changes down without anybody waiting for it. Those of one turn of the event loop leave in one batch; what comes
 * while a batch is being written makes the next one, and what was created and removed meanwhile is never written.
 *
 * A batch that can't be written is kept, with what follows, and tried again. What is kept can't grow beyond what there is
 * in memory anyway and what there is to remove in the store.
 */
export class Journal implements Changes {
  readonly #store: JournalStore;
  readonly #log: Logger;
  readonly #onFailed: () => void;
  readonly #retryMs: number;
  readonly #closing = new AbortController();
  /** The value of each key that has changed; `null` where it is to be removed. */
  #waiting = new Map<string, Buffer | null>();
  /** Those among them that the store has not heard of. */
  #created = new Set<string>();
  #inFlight = 0;
  #hasFailed = false;
  #writing: Promise<void> | undefined;

  constructor({ store, log, onFailed, retryMs = RETRY_MS }: JournalParts) {
    this.#store = store;
    this.#log = log;
    this.#onFailed = onFailed;
    this.#retryMs = retryMs;
  }

  /** How many changes are not written yet. */
  get waiting(): number {
    return this.#waiting.size + this.#inFlight;
  }

  create(key: string, value: Buffer): void {
    this.#created.add(key);
    this.put(key, value);
  }

  put(key: string, value: Buffer): void {
    this.#change(key, value);
  }

  remove(key: string): void {
    if (this.#created.delete(key)) this.#waiting.delete(key);
    else this.#change(key, null);
  }

  /** Writes what is waiting; tries once more if that fails. Changes that come later are not written any more. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#writing;
    if (this.#waiting.size === 0) return;
    this.#log.error({ changes: this.#waiting.size }, 'changes of sessions and retained messages are lost');
  }

  #change(key: string, value: Buffer | null): void {
    if (this.#closing.signal.aborted && this.#writing === undefined) return;
    this.#waiting.set(key, value);
    this.#writing ??= this.#write().finally(() => (this.#writing = undefined));
  }

  async #write(): Promise<void> {
    const { signal } = this.#closing;
    // The rest of this turn belongs to the same batch.
    await nextTurn();
    while (this.#waiting.size > 0) {
      const isLast = signal.aborted;
      if (await this.#tryToWrite()) continue;
      if (isLast) return;
      await pause(this.#retryMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #tryToWrite(): Promise<boolean> {
    const [batch, created] = [this.#waiting, this.#created];
    [this.#waiting, this.#created] = [new Map(), new Set()];
    this.#inFlight = batch.size;
    try {
      if (this.#hasFailed) await this.#store.reopen();
      await this.#store.write([...batch].map(toChange));
      if (this.#hasFailed) this.#log.info('sessions and retained messages are written again');
      this.#hasFailed = false;
      return true;
    } catch (error) {
      this.#onFailed();
      if (!this.#hasFailed) {
        this.#log.error(
          { err: error },
          'sessions and retained messages are not written: they are kept in memory',
        );
      }
      this.#hasFailed = true;
      this.#putBack(batch, created);
      return false;
    } finally {
      this.#inFlight = 0;
    }
  }

  /** Under what has changed meanwhile. */
  #putBack(batch: Map<string, Buffer | null>, created: Set<string>): void {
    const later = this.#waiting;
    this.#waiting = batch;
    for (const key of created) this.#created.add(key);
    for (const [key, value] of later) {
      if (value === null) this.remove(key);
      else batch.set(key, value);
    }
  }
}

function toChange([key, value]: readonly [string, Buffer | null]): Change {
  return value === null ? { type: 'del', key } : { type: 'put', key, value };
}
