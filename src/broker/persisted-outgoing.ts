import { Readable } from 'node:stream';
import type { Packet } from './state/queued-messages.ts';
import type { SessionStore } from './state/session-store.ts';

/** A packet on its way to a client: a message, or PUBREL for one. */
type Outgoing = { messageId?: number } & (
  | ({ readonly cmd: 'publish' } & Packet)
  | { readonly cmd: 'pubrel' }
);

/** What Aedes asks about the queues of messages for sessions. */
export interface PersistedOutgoing {
  outgoingEnqueue(subscriber: { readonly clientId: string }, packet: Packet): Promise<void>;
  outgoingEnqueueCombi(subscribers: readonly { readonly clientId: string }[], packet: Packet): Promise<void>;
  /** A packet is about to be sent. */
  outgoingUpdate(client: { readonly id: string }, packet: Outgoing): Promise<void>;
  outgoingClearMessageId(
    client: { readonly id: string },
    packet: { readonly messageId?: number },
  ): Promise<void>;
  /** What a client is sent that has come back. */
  outgoingStream(client: { readonly id: string }): Readable;
}

export function persistOutgoing(sessions: SessionStore): PersistedOutgoing {
  return {
    async outgoingEnqueue({ clientId }, packet) {
      sessions.enqueue([clientId], packet);
    },
    async outgoingEnqueueCombi(subscribers, packet) {
      const clientIds = subscribers.map(({ clientId }) => clientId);
      sessions.enqueue(clientIds, packet);
    },
    async outgoingUpdate({ id }, packet) {
      const queue = sessions.find(id)?.queue;
      if (queue === undefined || packet.messageId === undefined) return;
      if (packet.cmd === 'pubrel') queue.received(packet.messageId);
      // Aedes sends what it finds in the packet after this. What is acknowledged already keeps its identifier.
      else packet.messageId = queue.sent(packet, packet.messageId) ?? packet.messageId;
    },
    /** Doesn't tell what it was: Aedes may collect that in a stream that nobody reads, and stall after sixteen. */
    async outgoingClearMessageId({ id }, { messageId }) {
      // The superfluous copy, where filters overlap, was never given an identifier.
      if (messageId === undefined) return;
      const session = sessions.find(id);
      session?.queue.acknowledged(messageId);
      sessions.endIfEmpty(session);
    },
    outgoingStream: ({ id }) => Readable.from(sessions.find(id)?.queue.redeliveries() ?? []),
  };
}
