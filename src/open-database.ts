import type { Pool } from 'pg';
import type { Releasers } from './releasers.ts';
import type { ServiceOptions } from './service.ts';
import { startEmbeddedServer } from './storage/embedded/server.ts';
import { type Connection, createPool, endPool, type PoolLimits } from './storage/pool.ts';

// The time limit is what a line that broke without a word can hold up; acknowledgements do not wait for it.
const WRITING_LIMITS: PoolLimits = { maxConnections: 3, statementTimeoutMs: 30_000, pipelined: 2 };
const READING_LIMITS: PoolLimits = { maxConnections: 6, statementTimeoutMs: 10_000 };
/** Boards of ThingSpeak wait five seconds for an answer, and then send again. */
const CHANNEL_LIMITS: PoolLimits = { maxConnections: 3, statementTimeoutMs: 4_000 };

export interface Database {
  readonly connection: Connection;
  /** For what must be stored. */
  readonly writing: Pool;
  /** For pages and API: however much they ask, ingest has its own connections. */
  readonly reading: Pool;
  /** For entries of ThingSpeak's channels, whatever pages ask meanwhile. */
  readonly channels: Pool;
  /** For a second Ctrl-C: leaves no embedded database behind. */
  readonly abandon: () => void;
}

/** Starts the embedded PostgreSQL, or takes that of DATABASE_URL, which need not be there yet. @throws EmbeddedServerError */
export async function openDatabase(options: ServiceOptions, releasers: Releasers): Promise<Database> {
  const { connection, abandon } = await locate(options, releasers);
  const writing = createPool(connection, WRITING_LIMITS, options.log);
  releasers.push(() => endPool(writing));
  const reading = createPool(connection, READING_LIMITS, options.log);
  releasers.push(() => endPool(reading));
  const channels = createPool(connection, CHANNEL_LIMITS, options.log);
  releasers.push(() => endPool(channels));
  return { connection, writing, reading, channels, abandon };
}

async function locate(
  { config, log, signal, onLost }: ServiceOptions,
  releasers: Releasers,
): Promise<Pick<Database, 'connection' | 'abandon'>> {
  if (config.databaseUrl !== undefined) {
    return { connection: { connectionString: config.databaseUrl }, abandon() {} };
  }
  const server = await startEmbeddedServer({
    dataDir: config.dataDir,
    log,
    ...(signal && { signal }),
    ...(onLost && { onLost }),
  });
  releasers.push(() => server.close());
  return { connection: server.connection, abandon: () => server.abandon() };
}
