import type { BrokerAddress } from './broker-address.ts';
import { connectStation, type StationConnection } from './connection.ts';
import type { SimulatorError } from './errors.ts';
import type { SimulatedStation } from './stations.ts';

const CONNECTS_AT_ONCE = 50;

export interface ConnectStationsOptions {
  readonly broker: BrokerAddress;
  readonly stations: readonly SimulatedStation[];
  /** Filled as soon as each connection stands: whoever passes it closes them, also when this fails half-way. */
  readonly connections: Map<SimulatedStation, StationConnection>;
  readonly stopped: AbortSignal;
  readonly onFailed: (error: SimulatorError) => void;
}

/** @throws SimulatorError for the first station that can't be connected */
export async function connectStations(options: ConnectStationsOptions): Promise<void> {
  const { broker, stations, connections, stopped, onFailed } = options;
  for (let start = 0; start < stations.length && !stopped.aborted; start += CONNECTS_AT_ONCE) {
    const some = stations.slice(start, start + CONNECTS_AT_ONCE).map(async (station) => {
      connections.set(station, await connectStation(broker, station.name, onFailed));
    });
    // More at once could overflow the broker's listen queue.
    const outcomes = await Promise.allSettled(some);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }
}
