import type { Aedes, Client } from 'aedes';
import type { Logger } from 'pino';
import type { BrokerCounters } from './counters.ts';

/** A connection's credential is no more what it was. */
export class RevokedError extends Error {
  readonly code = 'credential-revoked';

  constructor() {
    super('the credential was revoked or changed');
    this.name = 'RevokedError';
  }
}

/** Counts connections, and why they failed. */
export function countConnections(aedes: Aedes, counters: BrokerCounters, log: Logger): void {
  aedes.on('client', () => (counters.connections_opened += 1));
  const failed = new WeakSet<Client>();
  const report = (client: Client, error: Error): void => {
    // Aedes reports one for each packet that it could not send any more.
    if (failed.has(client)) return;
    failed.add(client);
    counters.connections_failed += 1;
    const code = 'code' in error ? error.code : undefined;
    if (code === 'ingest-stalled') counters.connections_stalled += 1;
    if (error instanceof RevokedError) counters.connections_revoked += 1;
    log.debug({ err: error, clientId: client.id }, 'a connection was closed');
  };
  aedes.on('clientError', report);
  aedes.on('connectionError', report);
}
