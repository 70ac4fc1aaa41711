import type { AedesPersistence } from 'aedes-persistence';

/** Messages that are kept for a session whose client is away, or does not acknowledge them. */
const MAX_QUEUED_MESSAGES = 10_000;

interface Subscriber {
  readonly clientId: string;
}

interface Numbered {
  readonly messageId?: number;
}

/** The methods as Aedes calls them, with promises; the package's types know callbacks only. */
interface Queues {
  outgoingEnqueueCombi(subscribers: readonly Subscriber[], packet: object): Promise<void>;
  outgoingUpdate(client: object, packet: object): Promise<void>;
  outgoingClearMessageId(client: { readonly id: string }, packet: Numbered): Promise<object | undefined>;
}

/**
 * Bounds what Aedes queues for each session; by itself it would go on until memory ends, for a client that has long been
 * thrown away. The newest messages are the ones that are left out: those before them keep their order.
 *
 * And three corrections. A session with overlapping filters is given a message once, not once a filter. The copy that
 * is then found superfluous has no number, and clearing it would remove another message that has none yet. A
 * message that was acknowledged while it was being sent again is no reason to close the connection.
 * @param onDropped is told of each message that is not queued
 */
export function boundQueues(persistence: AedesPersistence, onDropped: () => void): void {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as said at Queues
  const queues = persistence as unknown as Queues;
  const enqueue = queues.outgoingEnqueueCombi.bind(persistence);
  const update = queues.outgoingUpdate.bind(persistence);
  const clear = queues.outgoingClearMessageId.bind(persistence);
  const counts = new Map<string, number>();
  const hasRoom = ({ clientId }: Subscriber): boolean => {
    const count = counts.get(clientId) ?? 0;
    if (count < MAX_QUEUED_MESSAGES) {
      counts.set(clientId, count + 1);
      return true;
    }
    onDropped();
    return false;
  };
  const corrected: Queues = {
    outgoingEnqueueCombi(subscribers, packet) {
      const sessions = new Map(subscribers.map((subscriber) => [subscriber.clientId, subscriber]));
      return enqueue([...sessions.values()].filter(hasRoom), packet);
    },
    outgoingUpdate: (client, packet) => update(client, packet).catch(() => undefined),
    async outgoingClearMessageId(client, packet) {
      if (packet.messageId === undefined) return undefined;
      const cleared = await clear(client, packet);
      if (cleared === undefined) return undefined;
      const left = (counts.get(client.id) ?? 1) - 1;
      if (left > 0) counts.set(client.id, left);
      else counts.delete(client.id);
      return cleared;
    },
  };
  Object.assign(persistence, corrected);
}
