import proxyAddr from 'proxy-addr';
import { createConnectionQuota } from '../transport/connection-quota.ts';
import { createDoor, type Door } from '../transport/door.ts';
import type { WebCounters } from './counters.ts';
import type { WebLimits } from './http-limits.ts';

export interface HttpDoorParts {
  readonly limits: WebLimits;
  /** Of theirs there may be many. */
  readonly trustProxy: readonly string[];
  readonly counters: WebCounters;
}

/** Where connections of HTTP come in, of all ports together. */
export function createHttpDoor({ limits, trustProxy, counters }: HttpDoorParts): Door {
  const trust = proxyAddr.compile([...trustProxy]);
  return createDoor({
    quota: createConnectionQuota({
      maxConnections: limits.httpMaxConnections,
      maxConnectionsPerAddress: limits.httpMaxConnectionsPerAddress,
      maxConnectsPerSecond: limits.httpMaxConnectsPerSecond,
    }),
    isProxy: (address) => trust(address, 0),
    onRefused: () => (counters.http_connections_over_limit += 1),
  });
}
