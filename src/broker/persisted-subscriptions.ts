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

/** @param isAllowed whether a client may subscribe to a filter */
export function persistSubscriptions(
  sessions: SessionStore,
  isAllowed: (client: Owner, filter: string) => boolean,
): PersistedSubscriptions {
  /** Aedes hands over all that one SUBSCRIBE asks for, and does so once for each filter in it. */
  const added = new WeakMap<readonly Subscription[], string>();
  return {
    async addSubscriptions(client, subscriptions) {
      if (added.get(subscriptions) === client.id) return;
      added.set(subscriptions, client.id);
      for (const subscription of subscriptions) {
        // What was refused is among them.
        if (isAllowed(client, subscription.topic)) sessions.subscribe(client, subscription);
      }
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
