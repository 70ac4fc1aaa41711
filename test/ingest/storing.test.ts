import { pino } from 'pino';
import { expect, test } from 'vitest';
import { newCounters } from '../../src/ingest/counters.ts';
import { NO_OBSERVER } from '../../src/ingest/observer.ts';
import type { Spool } from '../../src/ingest/spool/spool.ts';
import { createStateKeeper } from '../../src/ingest/storing-state.ts';
import { createStoring, type Outcome } from '../../src/ingest/storing.ts';
import { newSubmission } from '../../src/ingest/submission.ts';
import type { Attempt } from '../../src/ingest/writer.ts';

const LIMITS = { patienceMs: 5, maxHeldMs: 1_000, retryDelayMs: 1, maxRetryDelayMs: 1 };

function submission(value: number) {
  const message = {
    topic: 'stations/a/t',
    payload: Buffer.from(String(value)),
    qos: 1,
    clientId: null,
    receivedAt: value,
    firstReceivedAt: value,
  } as const;
  const decoded = { station: 'a', status: null, readings: [], rejections: [] };
  return newSubmission(message, decoded, { settled: () => {} });
}

test.each([
  ['all', 2],
  ['the first', 1],
])(
  'an attempt that takes too long is abandoned before anybody hears that %s of its messages are spooled',
  async (_, room) => {
    const attempts: Attempt[] = [];
    const kept: number[] = [];
    const spool = {
      count: () => kept.length,
      problem: () => undefined,
      fullReason: () => 'it is full',
      append: (messages: readonly object[]) =>
        Promise.resolve(kept.length === 0 ? kept.push(room) * room : messages.length),
    } as unknown as Spool;
    const storing = createStoring({
      writer: {
        write(_batch, attempt) {
          attempts.push(attempt);
          return new Promise(() => {});
        },
      },
      spool,
      state: createStateKeeper(pino({ level: 'silent' })),
      limits: LIMITS,
      counters: newCounters(),
      observer: NO_OBSERVER,
      signal: new AbortController().signal,
    });
    const seen: [Outcome, boolean][] = [];
    await storing.store([submission(1), submission(2)], (_some, outcome) => {
      seen.push([outcome, attempts[0]!.isAbandoned]);
    });
    expect(seen[0]).toEqual([{ spooled: true }, true]);
    expect(seen).toHaveLength(3 - room);
  },
);
