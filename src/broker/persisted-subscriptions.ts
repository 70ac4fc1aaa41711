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
   * has granted one, in their order, and what was refused is among them.
   */
  const seen = new WeakMap<readonly Subscription[], number>();
  return {
    async addSubscriptions(client, subscriptions) {
      let next = seen.get(subscriptions) ?? 0;
      while (next < subscriptions.length && !isGranted(client, subscriptions[next]!.topic)) next += 1;
      seen.set(subscriptions, next + 1);
      const granted = subscriptions[next];
      if (granted !== undefined) sessions.subscribe(client, granted);
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
