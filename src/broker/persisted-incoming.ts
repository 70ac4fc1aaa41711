import type { Owner, SessionStore } from './state/session-store.ts';

interface Numbered {
  readonly messageId?: number | undefined;
}

/**
 * What Aedes asks about messages of QoS 2 that were taken and for which PUBREL has not come. Only their packet identifiers
 * are kept, of which a client has no more than 65,535: nothing else is asked for.
 */
export interface PersistedIncoming {
  incomingStorePacket(client: Owner, packet: Numbered): Promise<void>;
  /** @throws NotOpenError */
  incomingGetPacket(client: { readonly id: string }, packet: Numbered): Promise<Numbered>;
  /** @throws NotOpenError */
  incomingDelPacket(client: { readonly id: string }, packet: Numbered): Promise<void>;
  cleanIncoming(client: { readonly id: string }): Promise<void>;
}

export function persistIncoming(sessions: SessionStore): PersistedIncoming {
  return {
    async incomingStorePacket(client, { messageId }) {
      if (messageId !== undefined) sessions.of(client).open(messageId);
    },
    async incomingGetPacket({ id }, { messageId }) {
      if (messageId === undefined || !sessions.find(id)?.isOpen(messageId)) throw new NotOpenError();
      return { messageId };
    },
    async incomingDelPacket({ id }, { messageId }) {
      const session = sessions.find(id);
      if (messageId === undefined || !session?.close(messageId)) throw new NotOpenError();
      sessions.endIfEmpty(session);
    },
    async cleanIncoming({ id }) {
      const session = sessions.find(id);
      session?.closeAll();
      sessions.endIfEmpty(session);
    },
  };
}

/** For Aedes the usual answer: it asks with each new message. */
class NotOpenError extends Error {
  override readonly name = 'NotOpenError';

  constructor() {
    super('no message of this packet identifier is open');
  }
}
