import { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import type { Logger } from 'pino';
import { reasonOf } from './failure.ts';
import type { Connection } from './pool.ts';
import type { Queryable } from './queryable.ts';

/** Hears of changes in the database, and sees to it that none is missed. */
export interface ChangeListener {
  /** Begins; once. */
  start(): void;
  /** Cuts the connection. Safe to call twice, and before the start. */
  close(): Promise<void>;
}

export interface ChangeListenerOptions {
  readonly connection: Connection;
  /** What to LISTEN to; a plain identifier. */
  readonly channel: string;
  /** What `read` reads, for log lines. */
  readonly subject: string;
  /**
   * Reads what may have changed: after each LISTEN, and after notifications. Never called again before it has ended; when it
   * throws, all begins anew with another connection.
   */
  readonly read: (database: Queryable) => Promise<void>;
  readonly log: Logger;
  readonly timings?: Partial<ListenerTimings>;
}

export interface ListenerTimings {
  /** How often a line over which nothing comes is asked whether it is alive. */
  readonly probeIntervalMs: number;
  /** How long the database may take for an answer. */
  readonly answerTimeoutMs: number;
}

const TIMINGS: ListenerTimings = { probeIntervalMs: 3_000, answerTimeoutMs: 5_000 };
const FIRST_PAUSE_MS = 50;
/** Short, for whoever waits for what is read; one attempt is cheap. */
const LONGEST_PAUSE_MS = 1_000;

/**
 *     pause --> connect --> LISTEN --> read --> wait: notification, or time to probe
 *       ^          |           |         |  ^                 |
 *       |          |           |         |  +-- notification -+-- still there --+
 *       +----------+-----------+---------+----- no answer, or the line broke ---+
 *
 * It LISTENs before it reads: what is committed after the reading began is told, so nothing falls in between. While it
 * reads, any number of notifications make one more reading.
 */
export function createChangeListener(options: ChangeListenerOptions): ChangeListener {
  const { log, subject } = options;
  const closing = new AbortController();
  let running: Promise<void> | undefined;
  let isTold = false;

  async function run(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (!closing.signal.aborted) {
      try {
        await listenOnce(options, closing.signal, () => {
          pauseMs = FIRST_PAUSE_MS;
          if (isTold) log.info(`changes of ${subject} are heard again`);
          isTold = false;
        });
      } catch (error) {
        if (closing.signal.aborted) return;
        const what = `changes of ${subject} are not heard for now; what was read last goes on to hold`;
        if (!isTold) log.warn({ reason: reasonOf(error) }, what);
        isTold = true;
      }
      await pause(pauseMs, undefined, { signal: closing.signal }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }

  return {
    start: () => void (running ??= closing.signal.aborted ? Promise.resolve() : run()),
    async close() {
      closing.abort();
      await running;
    },
  };
}

/**
 * One connection's life.
 * @param onRead called after the first reading
 * @throws why it ended
 */
async function listenOnce(
  options: ChangeListenerOptions,
  closing: AbortSignal,
  onRead: () => void,
): Promise<never> {
  const { probeIntervalMs, answerTimeoutMs } = { ...TIMINGS, ...options.timings };
  // Of our own, so that it can be cut: pg says goodbye over a silent line for as long as it likes.
  const socket = new Socket();
  const client = new Client({
    ...options.connection,
    stream: () => socket,
    application_name: `thermograph listens to ${options.channel}`,
    connectionTimeoutMillis: answerTimeoutMs,
    query_timeout: answerTimeoutMs,
    keepAlive: true,
  });
  const wake = createWake();
  let isStale = false;
  let broken: Error | undefined;
  client.on('notification', () => {
    isStale = true;
    wake.now();
  });
  // Unheard, it would end the process.
  client.on('error', (error) => (broken ??= error));
  client.on('end', () => {
    broken ??= new Error('the database has closed the connection');
    wake.now();
  });
  const cut = (): void => void socket.destroy(new Error('closed'));
  closing.addEventListener('abort', cut, { once: true });
  try {
    await client.connect();
    await client.query(`LISTEN ${options.channel}`);
    await options.read(client);
    onRead();
    for (;;) {
      if (broken !== undefined) throw broken;
      const wasStale = isStale;
      isStale = false;
      if (wasStale) await options.read(client);
      else if (await wake.after(probeIntervalMs)) await client.query('SELECT 1');
    }
  } finally {
    closing.removeEventListener('abort', cut);
    socket.destroy();
  }
}

/** A wait that can be cut short. `after` says whether it took its time. */
function createWake(): { now(): void; after(delayMs: number): Promise<boolean> } {
  let wake: (() => void) | undefined;
  return {
    now: () => wake?.(),
    after: (delayMs) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => resolve(true), delayMs);
        wake = () => {
          clearTimeout(timer);
          resolve(false);
        };
      }),
  };
}
