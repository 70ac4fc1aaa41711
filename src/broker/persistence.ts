import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import type { AedesPersistence } from 'aedes-persistence';
import type { StationSnapshot } from '../telemetry/station.ts';
import { retainedLive } from './live-topics.ts';

/**
 * Where Aedes keeps sessions, retained messages and wills: in memory. What is retained below `live/` isn't kept at all
 * but made from the newest readings whenever somebody subscribes.
 */
export function createPersistence(stations: () => readonly StationSnapshot[]): AedesPersistence {
  // The package is CommonJS, and its types declare a default export that it does not have.
  const require = createRequire(import.meta.url);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as said above
  const createMemoryPersistence = require('aedes-persistence') as () => AedesPersistence;
  const persistence = createMemoryPersistence();
  const stored = persistence.createRetainedStreamCombi.bind(persistence);
  persistence.createRetainedStreamCombi = (filters) => {
    const live = retainedLive(filters, stations());
    return Readable.from(concatenate(live, stored(filters)));
  };
  return persistence;
}

async function* concatenate(first: Iterable<unknown>, second: AsyncIterable<unknown>): AsyncGenerator {
  yield* first;
  yield* second;
}
