import type { Credential, StoredCredential } from '../access/credential.ts';

/** A credential apart from its hash, which nobody is handed by mistake then. */
export interface KnownCredential {
  readonly credential: Credential;
  readonly secretHash: Buffer;
}

/** All credentials at one time, to be found by what is asked for. */
export interface CredentialSnapshot {
  readonly byId: ReadonlyMap<number, KnownCredential>;
  readonly byName: ReadonlyMap<string, KnownCredential>;
  /** By {@link hashKey}. */
  readonly byHash: ReadonlyMap<string, KnownCredential>;
}

/** What is different from what was known before, as ids; each is in one list only. */
export interface CredentialChange {
  readonly added: readonly number[];
  readonly revoked: readonly number[];
  /** Has another secret, and perhaps more. */
  readonly rotated: readonly number[];
  /** Has the same secret, but another kind, name or filters. */
  readonly altered: readonly number[];
}

export function createSnapshot(credentials: readonly StoredCredential[]): CredentialSnapshot {
  const known = credentials.map(({ id, kind, name, filters, secretHash }) => ({
    credential: { id, kind, name, filters },
    secretHash,
  }));
  return {
    byId: new Map(known.map((entry) => [entry.credential.id, entry])),
    byName: new Map(known.map((entry) => [entry.credential.name, entry])),
    byHash: new Map(known.map((entry) => [hashKey(entry.secretHash), entry])),
  };
}

export function hashKey(hash: Buffer): string {
  return hash.toString('latin1');
}

export function compareSnapshots(before: CredentialSnapshot, after: CredentialSnapshot): CredentialChange {
  const added: number[] = [];
  const rotated: number[] = [];
  const altered: number[] = [];
  for (const [id, { credential, secretHash }] of after.byId) {
    const old = before.byId.get(id);
    if (old === undefined) added.push(id);
    else if (!old.secretHash.equals(secretHash)) rotated.push(id);
    else if (!isSameGrant(old.credential, credential)) altered.push(id);
  }
  const revoked = [...before.byId.keys()].filter((id) => !after.byId.has(id));
  return { added, revoked, rotated, altered };
}

function isSameGrant(one: Credential, other: Credential): boolean {
  return (
    one.kind === other.kind &&
    one.name === other.name &&
    one.filters.length === other.filters.length &&
    one.filters.every((filter, index) => filter === other.filters[index])
  );
}
