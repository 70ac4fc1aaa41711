import type { EventEmitter } from 'node:events';
import type { AedesOptions } from 'aedes';
import type { Logger } from 'pino';
import type { Interest } from './interest.ts';
import type { BrokerLimits } from './limits.ts';
import type { Persistence } from './persistence.ts';
import { DRAIN_TIMEOUT_MS } from './slow-subscribers.ts';
import { StationBroker } from './station-broker.ts';

export interface AedesParts {
  readonly persistence: Persistence;
  readonly interest: Interest;
  readonly authenticate: NonNullable<AedesOptions['authenticate']>;
  readonly authorizeForward: NonNullable<AedesOptions['authorizeForward']>;
  readonly authorizeSubscribe: NonNullable<AedesOptions['authorizeSubscribe']>;
  readonly limits: Pick<BrokerLimits, 'connectTimeoutMs'>;
  readonly log: Logger;
}

/**
 * Open QoS 2 messages a client: as many as there are packet identifiers. A lower limit would close the connection after
 * its readings are stored, and have them sent again.
 */
const MAX_PACKET_ID = 65_535;

/** Aedes with our answers to what it asks, but for publishing, which is the gate's. */
export function createAedes({ interest, limits, log, ...hooks }: AedesParts): StationBroker {
  const options: AedesOptions = {
    ...hooks,
    connectTimeout: limits.connectTimeoutMs,
    drainTimeout: DRAIN_TIMEOUT_MS,
    maxInflightInbound: MAX_PACKET_ID,
  };
  const aedes = new StationBroker(options, interest);
  // Aedes emits it when its persistence fails, but does not declare it.
  const emitter: EventEmitter = aedes;
  emitter.on('error', (error: Error) => log.error({ err: error }, 'the broker failed'));
  return aedes;
}
