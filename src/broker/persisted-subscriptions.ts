import type { Subscription } from './state/session.ts';
import type { Owner, SessionStore } from './state/session-store.ts';

/** What Aedes asks about the subscriptions of sessions that outlive their connection. */
export interface PersistedSubscriptions {
  addSubscriptions(client: Owner, subscriptions: readonly Subscription[]): Promise<void>;
  removeSubscriptions(client: { readonly id: string }, filters: readonly string[]): Promise<void>;
  subscriptionsByClient(client: { readonly id: string }): Promise<Subscription[]>;
  /** Those of QoS 1 and 2. */
  subscriptionsByTopic(topic: string): Promise<({ readonly clientId: string } & Subscription)[]>;
  /** The client has begun a clean session. */
  cleanSubscriptions(client: { readonly id: string }): Promise<void>;
}

/** @param isGranted whether a client was granted a filter */
export function persistSubscriptions(
  sessions: SessionStore,
  isGranted: (client: Owner, filter: string) => boolean,
): PersistedSubscriptions {
  /**
   * How many of the filters that one SUBSCRIBE asks for were looked at: Aedes hands over all of them each time that it
   * has granted one, in their order; what was refused is among them, and what it has not asked about yet.
   */
  const seen = new WeakMap<readonly Subscription[], number>();
  return {
    async addSubscriptions(client, subscriptions) {
      const isNextGranted = (): boolean =>
        next < subscriptions.length && isGranted(client, subscriptions[next]!.topic);
      let next = seen.get(subscriptions) ?? 0;
      // What was refused, up to the one that this is about.
      while (next < subscriptions.length && !isNextGranted()) next += 1;
      for (; isNextGranted(); next += 1) sessions.subscribe(client, subscriptions[next]!);
      seen.set(subscriptions, next);
    },
    async removeSubscriptions({ id }, filters) {
      for (const filter of filters) sessions.unsubscribe(id, filter);
    },
    async subscriptionsByClient({ id }) {
      const subscribers = [...(sessions.find(id)?.subscribers() ?? [])];
      return subscribers.map(({ subscription }) => ({ ...subscription }));
    },
    async subscriptionsByTopic(topic) {
      const subscribers = sessions.subscribersOf(topic);
      return subscribers.map(({ clientId, subscription }) => ({ clientId, ...subscription }));
    },
    async cleanSubscriptions({ id }) {
      sessions.forget(id);
    },
  };
}
