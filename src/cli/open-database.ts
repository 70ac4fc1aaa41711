import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { readLeftAddresses, type ServiceAddresses } from '../service-addresses.ts';
import { databaseUnreachable } from '../start-error.ts';
import { isServed } from '../storage/database-facts.ts';
import { EmbeddedServerError } from '../storage/embedded/error.ts';
import { hasDatabase } from '../storage/embedded/data-directory.ts';
import { findNeighbour } from '../storage/embedded/neighbour.ts';
import { isAlive } from '../storage/embedded/process-identity.ts';
import { startEmbeddedServer } from '../storage/embedded/server.ts';
import { createInterruption } from '../storage/interrupt.ts';
import { awaitSchema, DatabaseError, migrate } from '../storage/migrate.ts';
import { type Connection, createPool, endPool, type PoolLimits } from '../storage/pool.ts';

/** The database, as a command has it. */
export interface OpenDatabase {
  readonly pool: Pool;
  readonly connection: Connection;
  /** Where the service is that works with it; `undefined`: none runs, or it does not say. */
  readonly service: ServiceAddresses | undefined;
  /** Whether one runs, as far as can be seen. */
  readonly isServed: boolean;
  /** Stops the embedded database, too, if the command has started it. */
  close(): Promise<void>;
  /** For a second Ctrl-C: leaves no embedded database behind, and returns at once. */
  abandon(): void;
}

export interface OpenDatabaseOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Says what takes time, and what to mind. */
  readonly tell: (text: string) => void;
  /** Whether an embedded database is made where there is none. */
  readonly mayCreate: boolean;
  /** Whether the schema stays as it is. */
  readonly leavesSchema: boolean;
}

/** A statement may be long: a dry run counts all of a month. Whoever waits can see that, and end it. */
const LIMITS: PoolLimits = { maxConnections: 2, statementTimeoutMs: 10 * 60_000 };
/** How long another command is waited for. */
const NEIGHBOUR_PATIENCE_MS = 60_000;
const NEIGHBOUR_POLL_MS = 50;

/** Where the database is, and whose. */
interface Located {
  readonly connection: Connection;
  /** Whether a service runs on it, which looks after the schema. */
  readonly isServed: boolean;
  readonly service: ServiceAddresses | undefined;
  close(): Promise<void>;
  abandon(): void;
}

/**
 * Opens the database of the settings: DATABASE_URL's; or the embedded one, beside the service or command that has
 * started it, or by starting it for as long as the command takes.
 * @throws StartError, EmbeddedServerError, DatabaseError, or the reason of `signal`
 */
export async function openDatabase(options: OpenDatabaseOptions): Promise<OpenDatabase> {
  const { config, log } = options;
  const located = await (config.databaseUrl === undefined
    ? locateEmbedded(options)
    : locateByUrl(config.databaseUrl, options));
  try {
    if (!options.leavesSchema) await (located.isServed ? awaitSchema : migrate)(located.connection, log);
  } catch (error) {
    await located.close();
    throw config.databaseUrl === undefined || error instanceof DatabaseError
      ? error
      : databaseUnreachable(error);
  }
  const pool = createPool(located.connection, LIMITS, log);
  const interruption = createInterruption(pool, located.connection);
  return {
    pool,
    connection: located.connection,
    service: located.service,
    isServed: located.isServed,
    async close() {
      await (options.signal.aborted ? interruption.end() : endPool(pool));
      await located.close();
    },
    abandon: () => located.abandon(),
  };
}

async function locateByUrl(connectionString: string, { config, log }: OpenDatabaseOptions): Promise<Located> {
  const connection = { connectionString };
  const pool = createPool(connection, LIMITS, log);
  try {
    const isServedNow = await isServed(pool);
    const service = isServedNow ? await addressesOf(config.dataDir, isAlive) : undefined;
    return { connection, isServed: isServedNow, service, close: async () => {}, abandon() {} };
  } catch (error) {
    throw databaseUnreachable(error);
  } finally {
    await endPool(pool);
  }
}

/** Looks again whenever somebody was quicker, came, or went. */
async function locateEmbedded(options: OpenDatabaseOptions): Promise<Located> {
  const { config, log, signal, tell } = options;
  const until = performance.now() + NEIGHBOUR_PATIENCE_MS;
  if (!options.mayCreate && !(await hasDatabase(config.dataDir))) throw noDatabase(config.dataDir);
  for (let told = ''; ; ) {
    signal.throwIfAborted();
    const neighbour = await findNeighbour({ dataDir: config.dataDir, log });
    if (neighbour?.role === 'service') {
      const { connection } = neighbour;
      const service = await addressesOf(config.dataDir, (pid) => pid === neighbour.pid);
      return { connection, isServed: true, service, close: async () => {}, abandon() {} };
    }
    if (neighbour === undefined) {
      const started = await startOwn(options, until);
      if (started !== undefined) return started;
    } else {
      // Its database is stopped when it ends.
      if (performance.now() > until) throw stillBusy(config.dataDir, neighbour.name);
      if (told !== neighbour.name)
        tell(`Waiting for another command (${neighbour.name}) that uses ${config.dataDir}.`);
      told = neighbour.name;
      await pause(NEIGHBOUR_POLL_MS);
    }
  }
}

/** `undefined`: another was quicker. */
async function startOwn(
  { config, log, signal, tell, leavesSchema }: OpenDatabaseOptions,
  until: number,
): Promise<Located | undefined> {
  const isNew = !(await hasDatabase(config.dataDir));
  try {
    const server = await startEmbeddedServer({ dataDir: config.dataDir, log, role: 'command', signal });
    // Whoever brings a database along knows that.
    if (isNew && !leavesSchema)
      tell(`There was no database in ${config.dataDir}: made one. Is DATA_DIR right?`);
    return {
      connection: server.connection,
      isServed: false,
      service: undefined,
      close: () => server.close(),
      abandon: () => server.abandon(),
    };
  } catch (error) {
    const isTaken = error instanceof EmbeddedServerError && error.code === 'data-dir-in-use';
    if (!isTaken || performance.now() > until) throw error;
    return undefined;
  }
}

/** What a service that is over has left behind must not mislead: `isIts` says whether the process is the service's. */
async function addressesOf(
  dataDir: string,
  isIts: (pid: number) => boolean,
): Promise<ServiceAddresses | undefined> {
  const left = await readLeftAddresses(dataDir);
  return left !== undefined && isIts(left.pid) ? left : undefined;
}

function noDatabase(dataDir: string): EmbeddedServerError {
  return new EmbeddedServerError(
    'no-database',
    `There is no database in DATA_DIR ${dataDir}.`,
    'Give this command the DATA_DIR of the service; or start the service once, or add a station, and it is made.',
  );
}

function stillBusy(dataDir: string, name: string): EmbeddedServerError {
  return new EmbeddedServerError(
    'data-dir-in-use',
    `Another command (${name}) has been using DATA_DIR ${dataDir} for a minute.`,
    'Wait until it has ended, and try again.',
  );
}
