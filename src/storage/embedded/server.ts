import { acquireServer } from './acquire.ts';
import type { EmbeddedConnection } from './connection.ts';
import { openSite, type SiteOptions } from './site.ts';
import { supervise } from './supervise.ts';
import { carryOver, type FindBinaries } from './upgrade/carry-over.ts';

/** A PostgreSQL of our own, in DATA_DIR, that lives as long as the service does. */
export interface EmbeddedServer {
  /** How to connect; goes into pg's ClientConfig or PoolConfig as it is. Stays the same for the server's life. */
  readonly connection: EmbeddedConnection;
  /** Stops the server, ending whatever sessions there are, and waits until it is gone. Safe to call twice. */
  close(): Promise<void>;
  /** For a second Ctrl-C: tells the server to stop and returns at once. Never throws. */
  abandon(): void;
}

export interface EmbeddedServerOptions extends SiteOptions {
  /** Ends a start that is under way: what was started is stopped, and the start rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * Called at most once, when the server is lost for good: another service took it over while it was down. A server that dies
   * and comes back is only logged, and one that does not come back yet is started again and again.
   */
  readonly onLost?: (error: Error) => void;
  /** Finds the programs of an older major version; in DATA_DIR, or by npm, unless told. */
  readonly findBinaries?: FindBinaries;
}

/**
 * Starts PostgreSQL in DATA_DIR, or takes over the one that a killed service has left running there. The service that
 * gets it has it alone. A database of an older major version is carried over before. While it lives, a server that dies is started again, for the pool to reconnect to.
 * @throws EmbeddedServerError; what keeps an older database from being carried over
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const startedAt = performance.now();
  const site = await openSite(options);
  const closing = new AbortController();
  const starting =
    options.signal === undefined ? closing.signal : AbortSignal.any([closing.signal, options.signal]);
  await carryOver(site, starting, options.findBinaries);
  const first = await acquireServer(site, 0, starting);
  const facts = { pid: first.pid, ms: Math.round(performance.now() - startedAt) };
  site.log.info(
    facts,
    first.adopted ? 'took over the PostgreSQL that was still running' : 'PostgreSQL is ready',
  );
  return { connection: first.connection, ...supervise(site, first, closing, options.onLost) };
}
