import type { Aedes, Client } from 'aedes';
import type { Logger } from 'pino';
import type { BrokerCounters } from './counters.ts';
import type { Refusals } from './refusals.ts';

/** A connection's credential is no more what it was. */
export class RevokedError extends Error {
  readonly code = 'credential-revoked';

  constructor() {
    super('the credential was revoked or changed');
    this.name = 'RevokedError';
  }
}

/** What is counted beside `connections_failed`, by the error's code. */
const COUNTERS: Readonly<Record<string, keyof BrokerCounters>> = {
  'ingest-stalled': 'connections_stalled',
  'credential-revoked': 'connections_revoked',
  'too-much-unfinished': 'connections_unfinished',
  'too-long': 'connections_too_long',
  // A message over WebSocket.
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 'connections_too_long',
  malformed: 'connections_malformed',
  silent: 'connections_silent',
};

/** Aedes' own, which has no code; a test watches it. */
const NO_CONNECT = 'connect did not arrive in time';

export interface CountingParts {
  readonly counters: BrokerCounters;
  readonly refusals: Refusals;
  readonly log: Logger;
  readonly addressOf: (client: Client) => string | undefined;
}

/** Counts connections, and why they failed. */
export function countConnections(aedes: Aedes, { counters, refusals, log, addressOf }: CountingParts): void {
  aedes.on('client', () => (counters.connections_opened += 1));
  const failed = new WeakSet<Client>();
  const report = (client: Client, error: Error): void => {
    // Aedes reports one for each packet that it could not send any more.
    if (failed.has(client)) return;
    failed.add(client);
    counters.connections_failed += 1;
    const code = 'code' in error ? String(error.code) : '';
    const counter = error.message === NO_CONNECT ? 'connections_timed_out' : COUNTERS[code];
    if (counter !== undefined) counters[counter] += 1;
    const address = addressOf(client) ?? '';
    if (code === 'over-pace') refusals.note('pace', { clientId: client.id, address });
    log.debug({ err: error, clientId: client.id, address }, 'a connection was closed');
  };
  aedes.on('clientError', report);
  aedes.on('connectionError', report);
}
