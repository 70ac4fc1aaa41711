import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import type { AedesPersistence } from 'aedes-persistence';
import type { StationSnapshot } from '../telemetry/station.ts';
import { boundQueues } from './bounded-queues.ts';
import { retainedLive } from './live-topics.ts';

type StoreIncoming = (client: object, packet: { readonly messageId?: number }) => Promise<void>;

/**
 * Where Aedes keeps sessions, retained messages and wills: in memory. What is retained below `live/` isn't kept at all
 * but made from the newest readings whenever somebody subscribes.
 * @param onDropped is told of each message that is not queued for a session, because too many are
 */
export function createPersistence(
  stations: () => readonly StationSnapshot[],
  onDropped: () => void,
): AedesPersistence {
  // The package is CommonJS, and its types declare a default export that it does not have.
  const require = createRequire(import.meta.url);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as said above
  const createMemoryPersistence = require('aedes-persistence') as () => AedesPersistence;
  const persistence = createMemoryPersistence();
  boundQueues(persistence, onDropped);
  keepNumbersOnly(persistence);

  const stored = persistence.createRetainedStreamCombi.bind(persistence);
  persistence.createRetainedStreamCombi = (filters) => {
    const live = retainedLive(filters, stations);
    return Readable.from(concatenate(live, stored(filters)));
  };
  // The wills of brokers that have died; there is only this one. After a jump of the clock Aedes takes itself for dead
  // and would publish the wills of clients that are connected.
  persistence.streamWill = () => Readable.from([]);
  return persistence;
}

/** Of an open QoS 2 message only the number is asked for later: its payload need not be kept until PUBREL. */
function keepNumbersOnly(persistence: AedesPersistence): void {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Aedes calls it so; the types leave it out
  const store = Reflect.get(persistence, 'incomingStorePacket').bind(persistence) as StoreIncoming;
  const storeNumber: StoreIncoming = (client, { messageId }) =>
    store(client, messageId === undefined ? {} : { messageId });
  Object.assign(persistence, { incomingStorePacket: storeNumber });
}

async function* concatenate(first: Iterable<unknown>, second: AsyncIterable<unknown>): AsyncGenerator {
  yield* first;
  yield* second;
}
