import type { EventEmitter } from 'node:events';
import type { AedesOptions, AuthenticateError } from 'aedes';
import type { Logger } from 'pino';
import { isForbiddenFilter } from './authorize.ts';
import type { Interest } from './interest.ts';
import type { Persistence } from './persistence.ts';
import { DRAIN_TIMEOUT_MS } from './slow-subscribers.ts';
import { StationBroker } from './station-broker.ts';

export interface AedesParts {
  readonly allowAnonymous: boolean;
  readonly persistence: Persistence;
  readonly interest: Interest;
  readonly authorizeForward: NonNullable<AedesOptions['authorizeForward']>;
  readonly log: Logger;
}

const NOT_AUTHORIZED = 5;
/**
 * Open QoS 2 messages a client: as many as there are packet identifiers. A lower limit would close the connection after
 * its readings are stored, and have them sent again.
 */
const MAX_PACKET_ID = 65_535;

/** Aedes with our answers to what it asks, but for publishing, which is the gate's. */
export function createAedes({
  allowAnonymous,
  persistence,
  interest,
  authorizeForward,
  log,
}: AedesParts): StationBroker {
  const options: AedesOptions = {
    persistence,
    drainTimeout: DRAIN_TIMEOUT_MS,
    maxInflightInbound: MAX_PACKET_ID,
    authenticate: (_client, _username, _password, done) => {
      if (allowAnonymous) done(null, true);
      else done(new NotAuthorizedError(), null);
    },
    authorizeForward,
    authorizeSubscribe: (_client, subscription, done) =>
      done(null, isForbiddenFilter(subscription.topic) ? null : subscription),
  };
  const aedes = new StationBroker(options, interest);
  // Aedes emits it when its persistence fails, but does not declare it.
  const emitter: EventEmitter = aedes;
  emitter.on('error', (error: Error) => log.error({ err: error }, 'the broker failed'));
  return aedes;
}

class NotAuthorizedError extends Error implements AuthenticateError {
  // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the enum exists in Aedes' types only
  readonly returnCode = NOT_AUTHORIZED;

  constructor() {
    super('this service takes no anonymous clients');
    this.name = 'NotAuthorizedError';
  }
}
