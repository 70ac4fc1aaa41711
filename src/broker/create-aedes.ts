import type { EventEmitter } from 'node:events';
import type { AedesOptions, AuthenticateError } from 'aedes';
import type { Logger } from 'pino';
import type { StationSnapshot } from '../telemetry/station.ts';
import { isForbiddenFilter } from './authorize.ts';
import { createPersistence } from './persistence.ts';
import { DRAIN_TIMEOUT_MS } from './slow-subscribers.ts';
import { StationBroker } from './station-broker.ts';

export interface AedesParts {
  readonly allowAnonymous: boolean;
  /** Whether nothing can be stored, so that no client should be let in. */
  readonly isRefusing: () => boolean;
  /** Called for each client that was not let in for that. */
  readonly onRefused: () => void;
  readonly stations: () => readonly StationSnapshot[];
  /** Called for each message that is not queued for a session, because too many are. */
  readonly onQueueFull: () => void;
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
  stations,
  onQueueFull,
  authorizeForward,
  log,
}: AedesParts): StationBroker {
  const persistence = createPersistence(stations, onQueueFull);
  const aedes = new StationBroker({
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
    authorizeSubscribe: (client, subscription, done) => {
      if (isForbiddenFilter(subscription.topic)) {
        done(null, null);
        return;
      }
      if (!client.clean) aedes.interest.keep(subscription.topic);
      done(null, subscription);
    },
  });
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
