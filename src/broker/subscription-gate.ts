import type { Aedes, AedesOptions, Client } from 'aedes';
import { maySubscribe, type Principal } from '../access/permissions.ts';
import { shownTopic } from '../telemetry/channel-topic.ts';
import { forbiddenFilter, type TopicLimits } from './authorize.ts';
import type { BrokerLimits } from './limits.ts';
import type { Refusals } from './refusals.ts';

export interface SubscriptionGateParts {
  readonly principalOf: (client: object) => Principal;
  readonly refusals: Refusals;
  readonly limits: TopicLimits & Pick<BrokerLimits, 'maxSubscriptions'>;
}

/** Where subscriptions are allowed, also those of a session that goes on; what is refused is answered with 128. */
export interface SubscriptionGate {
  readonly authorizeSubscribe: NonNullable<AedesOptions['authorizeSubscribe']>;
  /** Whether a client was granted a filter, and has not given it up. */
  readonly isGranted: (client: object, filter: string) => boolean;
  /** Keeps count of what clients give up. */
  follow(aedes: Aedes): void;
}

export function createSubscriptionGate({
  principalOf,
  refusals,
  limits,
}: SubscriptionGateParts): SubscriptionGate {
  /** Of those that Aedes is about to subscribe, too: one SUBSCRIBE may ask for many. */
  const granted = new WeakMap<object, Set<string>>();

  function refusalOf(client: object, filter: string): string | null {
    const forbidden = forbiddenFilter(filter, limits);
    if (forbidden !== null) return forbidden;
    if (!maySubscribe(principalOf(client), filter)) return 'it takes in what the client may not read';
    const filters = granted.get(client);
    if (filters === undefined || filters.has(filter) || filters.size < limits.maxSubscriptions) return null;
    return `a client has at most ${limits.maxSubscriptions} subscriptions`;
  }

  function grant(client: Client, filter: string): boolean {
    const reason = refusalOf(client, filter);
    if (reason !== null) {
      refusals.note('subscribe', {
        user: principalOf(client).name,
        clientId: client.id,
        topic: shownTopic(filter),
        reason,
      });
      return false;
    }
    const filters = granted.get(client);
    if (filters === undefined) granted.set(client, new Set([filter]));
    else filters.add(filter);
    return true;
  }

  return {
    authorizeSubscribe: (client, subscription, done) =>
      done(null, grant(client, subscription.topic) ? subscription : null),
    isGranted: (client, filter) => granted.get(client)?.has(filter) ?? false,
    follow(aedes) {
      aedes.on('unsubscribe', (filters, client) => {
        for (const filter of filters) granted.get(client)?.delete(filter);
      });
    },
  };
}
