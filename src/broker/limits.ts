import type { QuotaLimits } from '../transport/connection-quota.ts';
import type { PaceLimits } from './pace.ts';

/** What clients may use; each is a setting, and described there. */
export interface BrokerLimits extends QuotaLimits, PaceLimits {
  /** Longest packet of a client that is not connected yet, behind its fixed header. */
  readonly maxConnectBytes: number;
  /** Of one that is. */
  readonly maxPacketBytes: number;
  /** What may be kept of packets that have not come to their end, of all clients. */
  readonly maxUnfinishedBytes: number;
  /** How long a client may take for CONNECT. */
  readonly connectTimeoutMs: number;
  /** The longest keepalive; a client that asks for more, or for none, has this one. */
  readonly maxKeepaliveMs: number;
  /** Of a topic or filter, in bytes of UTF-8. */
  readonly maxTopicBytes: number;
  /** Of a topic or filter. */
  readonly maxTopicLevels: number;
  /** Filters that a client may be subscribed to. */
  readonly maxSubscriptions: number;
  /** Messages that may wait for a client that is away or slow to acknowledge. */
  readonly maxQueuedMessages: number;
}
