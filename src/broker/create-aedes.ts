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
  /** Whether nothing can be stored, so that no client should be let in. */
  readonly isRefusing: () => boolean;
  /** Called for each client that was not let in for that. */
  readonly onRefused: () => void;
  readonly persistence: Persistence;
  readonly interest: Interest;
  readonly authorizeForward: NonNullable<AedesOptions['authorizeForward']>;
  readonly log: Logger;
}

/** Return codes of CONNACK [MQTT-3.2.2.3]. */
const SERVER_UNAVAILABLE = 3;
const NOT_AUTHORIZED = 5;
/**
 * Open QoS 2 messages a client: as many as there are packet identifiers. A lower limit would close the connection after
 * its readings are stored, and have them sent again.
 */
const MAX_PACKET_ID = 65_535;

/** Aedes with our answers to what it asks, but for publishing, which is the gate's. */
export function createAedes({
  allowAnonymous,
  isRefusing,
  onRefused,
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
      if (!allowAnonymous) {
        done(new RefusedError('this service takes no anonymous clients', NOT_AUTHORIZED), null);
      } else if (isRefusing()) {
        onRefused();
        done(new RefusedError('nothing can be stored at the moment', SERVER_UNAVAILABLE), null);
      } else done(null, true);
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

class RefusedError extends Error implements AuthenticateError {
  readonly returnCode: AuthenticateError['returnCode'];

  constructor(message: string, returnCode: number) {
    super(message);
    this.name = 'RefusedError';
    // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the enum exists in Aedes' types only
    this.returnCode = returnCode;
  }
}
