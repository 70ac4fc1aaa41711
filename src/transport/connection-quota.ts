import { networkOf } from './network.ts';
import { TokenBucket } from './token-bucket.ts';

export interface QuotaLimits {
  /** Connections that may be open, of all addresses. */
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  /** How many connections an address may open a second. */
  readonly maxConnectsPerSecond: number;
}

/** Which limit a connection is over. */
export type OverLimit = 'connections' | 'connections-per-address' | 'connects-per-second';

/** Counts the connections of all and of each address. */
export interface ConnectionQuota {
  /**
   * @param address `null`: of many clients, such as a proxy's; it counts among all connections alone
   * @returns what it is refused for; `null` when it is counted, to be {@link release released} when it ends
   */
  admit(address: string | null): OverLimit | null;
  release(address: string | null): void;
}

interface Usage {
  open: number;
  readonly connects: TokenBucket;
}

const SWEEP_EVERY = 1_000;

/** @param now milliseconds, of a clock that does not jump */
export function createConnectionQuota(
  limits: QuotaLimits,
  now: () => number = () => performance.now(),
): ConnectionQuota {
  const usages = new Map<string, Usage>();
  let open = 0;
  let sinceSweep = 0;

  /** An address that has nothing open and has been quiet for a second is like one that was never seen. */
  function sweep(): void {
    sinceSweep += 1;
    if (sinceSweep < SWEEP_EVERY) return;
    sinceSweep = 0;
    for (const [key, usage] of usages) {
      if (usage.open === 0 && usage.connects.isFull(now())) usages.delete(key);
    }
  }

  function usageOf(address: string): Usage {
    const key = networkOf(address);
    let usage = usages.get(key);
    if (usage === undefined) {
      usage = { open: 0, connects: new TokenBucket(limits.maxConnectsPerSecond, now()) };
      usages.set(key, usage);
    }
    return usage;
  }

  return {
    admit(address) {
      sweep();
      const usage = address === null ? null : usageOf(address);
      if (usage?.connects.tryTake(now()) === false) return 'connects-per-second';
      if (open >= limits.maxConnections) return 'connections';
      if (usage !== null && usage.open >= limits.maxConnectionsPerAddress) return 'connections-per-address';
      open += 1;
      if (usage !== null) usage.open += 1;
      return null;
    },
    release(address) {
      open -= 1;
      if (address !== null) usageOf(address).open -= 1;
    },
  };
}
