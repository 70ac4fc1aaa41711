import type { Client } from 'aedes';

/** A filter that a client has subscribed to, and the QoS that it was granted. */
export interface Subscription {
  readonly filter: string;
  readonly qos: 0 | 1 | 2;
}

/** What a client is subscribed to now. Private in Aedes, so tests watch it. */
export function subscriptionsOf(client: Client): readonly Subscription[] {
  const byFilter: unknown = Reflect.get(client, 'subscriptions');
  return Object.entries(byFilter ?? {}).flatMap(([filter, granted]) =>
    isGranted(granted) ? [{ filter, qos: granted.qos }] : [],
  );
}

function isGranted(value: unknown): value is { readonly qos: 0 | 1 | 2 } {
  return typeof value === 'object' && value !== null && 'qos' in value;
}
