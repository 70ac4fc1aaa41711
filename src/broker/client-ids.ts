import type { Principal } from '../access/permissions.ts';

/**
 * Whose client identifiers are. Who connects under one that is in use takes the place of whoever uses it, and its
 * session with it [MQTT-3.1.4-2]: that is for the same credential only. What somebody without a credential has begun,
 * anybody may take over.
 */
export interface ClientIds {
  /** @returns whether the client may use its identifier; then it must be {@link release released} when its connection has ended */
  claim(client: object, clientId: string, principal: Principal): boolean;
  release(client: object): void;
  /** The credential that uses the identifier; `null` for none. */
  ownerOf(clientId: string): number | null;
}

interface Claim {
  owner: number | null;
  readonly clients: Set<object>;
}

/** @param sessionOwner of a session that waits for its client, if there is one */
export function createClientIds(sessionOwner: (clientId: string) => number | null): ClientIds {
  const claims = new Map<string, Claim>();
  const idOf = new WeakMap<object, string>();
  return {
    claim(client, clientId, { id }) {
      const claim = claims.get(clientId);
      const owners = [claim?.owner ?? null, sessionOwner(clientId)];
      if (owners.some((owner) => owner !== null && owner !== id)) return false;
      if (claim === undefined) claims.set(clientId, { owner: id, clients: new Set([client]) });
      else {
        claim.owner = id;
        claim.clients.add(client);
      }
      idOf.set(client, clientId);
      return true;
    },
    release(client) {
      const clientId = idOf.get(client);
      if (clientId === undefined) return;
      const claim = claims.get(clientId);
      claim?.clients.delete(client);
      if (claim?.clients.size === 0) claims.delete(clientId);
    },
    ownerOf: (clientId) => claims.get(clientId)?.owner ?? null,
  };
}
