import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { createReceiptClock, type ReceiptClock } from '../../src/ingest/clock.ts';
import { createIngest, type Ingest, type IngestLimits } from '../../src/ingest/ingest.ts';
import type { DecodeOther } from '../../src/ingest/dialects.ts';
import type { Row } from '../../src/ingest/rows.ts';
import type { Submission } from '../../src/ingest/submission.ts';
import { openSpool, type Spool } from '../../src/ingest/spool/spool.ts';
import { submitAndWait } from '../../src/ingest/submit-and-wait.ts';
import type { StoreUpdates } from '../../src/ingest/updates.ts';
import { createWriter } from '../../src/ingest/writer.ts';
import { storeUpdates } from '../../src/storage/channel-updates-insert.ts';
import { createPartitions } from '../../src/storage/partitions.ts';
import type { Queryable } from '../../src/storage/queryable.ts';
import { loadSeriesCatalog } from '../../src/storage/series-catalog.ts';
import { createWritingConnection } from '../../src/storage/writing-connection.ts';

/** Ingest on a real database, without a broker in front. */
export interface TestIngest {
  readonly ingest: Ingest;
  readonly clock: ReceiptClock;
  /** Rows that were reported as new, in the order of commits. */
  readonly committed: readonly Row[];
  readonly spool: Spool;
  /** What was acknowledged from the spool. */
  readonly spooled: readonly Submission[];
  /** Submits, and resolves with what became of the message after its acknowledgement. */
  send(topic: string, payload: string | object, qos?: 0 | 1 | 2): Promise<Submission>;
  /** The same for a sender that wants an answer at once, as over HTTP. */
  ask(topic: string, payload: string): Promise<Submission>;
}

const SILENT = pino({ level: 'silent' });

export interface TestIngestOptions {
  /** Retries come quickly unless these say otherwise. */
  readonly limits?: Partial<IngestLimits>;
  /** The machine's clock. */
  readonly milliseconds?: () => number;
  readonly spoolMaxBytes?: number;
  /** That of an ingest before, whose life it shares. */
  readonly spool?: Spool;
  readonly onRelieved?: () => void;
  readonly decodeOther?: DecodeOther;
  /** Puts something around how entries of channels are stored. */
  readonly around?: (store: StoreUpdates) => StoreUpdates;
  /** Puts something between the writer and its connection. */
  readonly between?: (connection: Queryable) => Queryable;
}

export async function useIngest(
  pool: Pool,
  {
    limits = {},
    milliseconds = Date.now,
    between = (connection) => connection,
    spoolMaxBytes = 1024 ** 3,
    spool: given,
    onRelieved = () => {},
    decodeOther,
    around = (store) => store,
  }: TestIngestOptions = {},
): Promise<TestIngest> {
  const clock = createReceiptClock(milliseconds);
  const committed: Row[] = [];
  const spooled: Submission[] = [];
  const spool = given ?? (await useSpool(spoolMaxBytes));
  const catalog = await loadSeriesCatalog(pool);
  const connection = createWritingConnection(pool);
  const database = between(connection);
  const ingest = createIngest({
    writer: createWriter({
      database,
      catalog,
      partitions: createPartitions(pool),
      storeUpdates: around((updates) => storeUpdates(pool, updates)),
      log: SILENT,
    }),
    ...(decodeOther && { decodeOther }),
    clock,
    log: SILENT,
    onCommitted: (rows) => void committed.push(...rows),
    onSpooled: (batch) => void spooled.push(...batch),
    onRelieved,
    spool,
    limits: { retryDelayMs: 5, maxRetryDelayMs: 20, drainTimeoutMs: 2_000, ...limits },
  });
  onTestFinished(async () => {
    await ingest.close();
    connection.close();
  });
  return {
    ingest,
    clock,
    spool,
    committed,
    spooled,
    ask: (topic, payload) =>
      submitAndWait(ingest, clock.now(), { topic, payload: Buffer.from(payload), clientId: 'http' }),
    send: (topic, payload, qos = 1) =>
      new Promise((resolve, reject) => {
        const receivedAt = clock.now();
        const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
        const message = { topic, payload: Buffer.from(text), qos, clientId: 'test' };
        ingest.submit(
          { ...message, receivedAt, firstReceivedAt: receivedAt },
          {
            settled(error, submission) {
              if (submission === null || error !== null) reject(error);
              else resolve(submission);
            },
          },
        );
      }),
  };
}

async function useSpool(maxBytes: number): Promise<Spool> {
  const folder = await mkdtemp(join(tmpdir(), 'thermograph-spool-'));
  const spool = await openSpool({ folder, maxBytes, log: SILENT });
  onTestFinished(async () => {
    await spool.close();
    await rm(folder, { recursive: true });
  });
  return spool;
}
