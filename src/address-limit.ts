import { createHash, randomBytes } from 'node:crypto';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { networkOf } from './transport/network.ts';

/** How often something may come from one address. */
export interface AddressLimit {
  /** Counts once more. @returns after how many seconds to come again, if that was too often */
  count(address: string): Promise<number | undefined>;
  /** How often it was too often, since the start. */
  refusals(): number;
}

export interface AddressLimitOptions {
  /** 0: no limit. */
  readonly most: number;
  readonly perSeconds: number;
}

const BUCKET_BYTES = 2;
const SALT_BYTES = 16;

/**
 * Addresses are counted in 65,536 buckets, so that no number of them takes up more memory. Which share one nobody can
 * find out: the salt is new at each start.
 */
export function createAddressLimit({ most, perSeconds }: AddressLimitOptions): AddressLimit {
  const limiter = new RateLimiterMemory({ points: most, duration: perSeconds });
  const salt = randomBytes(SALT_BYTES);
  let refusals = 0;
  return {
    async count(address) {
      if (most === 0) return undefined;
      const digest = createHash('sha256').update(salt).update(networkOf(address)).digest();
      const { consumedPoints, msBeforeNext } = await limiter.penalty(digest.readUIntBE(0, BUCKET_BYTES));
      if (consumedPoints <= most) return undefined;
      refusals += 1;
      return Math.max(Math.ceil(msBeforeNext / 1000), 1);
    },
    refusals: () => refusals,
  };
}
