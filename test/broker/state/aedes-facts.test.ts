import { Readable } from 'node:stream';
import { describe } from 'vitest';
import type { Persistence } from '../../../src/broker/persistence.ts';
import { useBrokerState } from '../../support/broker-state.ts';
import { testAedesFacts } from './aedes-facts.ts';

/** Facts that the broker neither has nor needs. */
const NOT_OURS = new Set([
  // Wills are not for the persistence where there is one broker.
  'store, fetch and delete will message',
  'stream all will messages',
  'stream all will message for unknown brokers',
  'delete wills from dead brokers',
  // Of an open QoS 2 message the number is kept, and nothing else.
  'add incoming packet, get it, and clear with messageId',
  // Compares what is no part of a message with what is retained of it.
  'Create a new packet while storing a retained message',
]);

/** Beside what Aedes calls, what only its suite does, made of the former; and what is meant to be otherwise undone. */
async function usePersistence(): Promise<object> {
  const { persistence, state } = await useBrokerState();
  const known = new Set<string>();
  const subscriptionsOf = (id: string) => persistence.subscriptionsByClient({ id });
  // The suite queues for clients that have never subscribed.
  const begin = (clientId: string) => state.sessions.of({ id: clientId, clean: false });
  const whole = {
    ...persistence,
    broker: undefined as object | undefined,
    setup: async (broker: object) => void (whole.broker = broker),
    outgoingEnqueue(...[subscriber, packet]: Parameters<Persistence['outgoingEnqueue']>) {
      begin(subscriber.clientId);
      return persistence.outgoingEnqueue(subscriber, packet);
    },
    outgoingEnqueueCombi(...[subscribers, packet]: Parameters<Persistence['outgoingEnqueueCombi']>) {
      for (const { clientId } of subscribers) begin(clientId);
      return persistence.outgoingEnqueueCombi(subscribers, packet);
    },
    addSubscriptions(...[client, subscriptions]: Parameters<Persistence['addSubscriptions']>) {
      known.add(client.id);
      // The suite gives the same array again, Aedes a new one with each SUBSCRIBE.
      return persistence.addSubscriptions(client, [...subscriptions]);
    },
    storeRetained(packet: { id?: string } & Parameters<Persistence['storeRetained']>[0]) {
      // Which is no part of a message.
      delete packet.id;
      return persistence.storeRetained(packet);
    },
    createRetainedStream: (filter: string) => persistence.createRetainedStreamCombi([filter]),
    async countOffline() {
      const all = await Promise.all([...known].map(subscriptionsOf));
      const subsCount = all.flat().filter(({ qos }) => qos > 0).length;
      return { subsCount, clientsCount: all.filter(({ length }) => length > 0).length };
    },
    getClientList: (topic: string) =>
      Readable.from(
        (async function* list() {
          for (const id of known) {
            if ((await subscriptionsOf(id)).some((one) => one.topic === topic)) yield id;
          }
        })(),
      ),
    // Without the mark of a duplicate.
    outgoingStream: (client: { readonly id: string }) =>
      Readable.from(
        (async function* unmarked() {
          for await (const packet of persistence.outgoingStream(client)) {
            yield packet.cmd === 'publish' ? { ...packet, dup: false } : packet;
          }
        })(),
      ),
    async outgoingClearMessageId(client: { readonly id: string }, packet: { readonly messageId: number }) {
      const queued = (await whole.outgoingStream(client).toArray()) as { messageId?: number }[];
      await persistence.outgoingClearMessageId(client, packet);
      return queued.find(({ messageId }) => messageId !== undefined && messageId === packet.messageId);
    },
    async destroy() {},
  };
  return whole;
}

describe('the persistence, as Aedes wants it', () => {
  testAedesFacts(usePersistence, NOT_OURS);
});
