import type { AddressLimit } from './address-limit.ts';
import type { Broker } from './broker/broker.ts';
import type { Ingest } from './ingest/ingest.ts';
import type { Spool } from './ingest/spool/spool.ts';
import type { Backups } from './open-backups.ts';
import type { Channels } from './open-channels.ts';
import type { Retention } from './open-retention.ts';
import type { WebCounters } from './web/counters.ts';

/** What a service says of itself in numbers. */
export interface Figures {
  /** What it counts, by name, from its start. */
  counters(): Readonly<Record<string, number>>;
  /** What is now, by name. */
  gauges(): Readonly<Record<string, number>>;
}

export interface FigureSources {
  readonly ingest: Ingest;
  readonly broker: Broker;
  readonly spool: Spool;
  readonly channels: Channels;
  readonly retention: Retention;
  readonly backups: Backups;
  readonly httpCounters: WebCounters;
  readonly writes: AddressLimit;
  readonly wrongSecrets: AddressLimit;
  /** How far times of receipt are ahead of the machine's clock. */
  readonly aheadMs: () => number;
}

/** Asks all parts of a service. */
export function createFigures(sources: FigureSources): Figures {
  const { ingest, broker, spool, channels, retention, backups, httpCounters, writes, wrongSecrets, aheadMs } =
    sources;
  return {
    counters: () => ({
      ...ingest.counters,
      messages_lost: spool.lost(),
      ...broker.counters,
      ...httpCounters,
      ...channels.counters,
      ...retention.counters(),
      ...backups.counters(),
      http_requests_throttled: writes.refusals(),
      logins_throttled: wrongSecrets.refusals(),
    }),
    gauges: () => ({
      messages_waiting: ingest.waiting(),
      spooled_messages: spool.count(),
      spooled_bytes: spool.bytes(),
      connected_clients: broker.connectedClients(),
      clock_ahead_ms: aheadMs(),
      state_changes_unwritten: broker.unwrittenChanges(),
      ...retention.gauges(),
      ...backups.gauges(),
    }),
  };
}
