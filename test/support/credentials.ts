import {
  createSecret,
  type Credential,
  type CredentialKind,
  hashSecret,
} from '../../src/access/credential.ts';
import type { KnownCredentials } from '../../src/access/login.ts';

/** Credentials in the hands of a test. */
export interface TestCredentials extends KnownCredentials {
  /** @returns its secret */
  add(kind: CredentialKind, name: string, filters?: readonly string[]): string;
  revoke(name: string): void;
  /** @returns the new secret */
  rotate(name: string): string;
  setFilters(name: string, filters: readonly string[]): void;
  setKnown(known: boolean): void;
}

export function createTestCredentials(): TestCredentials {
  const entries = new Map<string, { credential: Credential; secret: string }>();
  const all = () => [...entries.values()];
  const byId = (id: number) => all().find(({ credential }) => credential.id === id);
  let lastId = 0;
  let isKnown = true;
  return {
    isKnown: () => isKnown,
    hasName: (name) => entries.has(name),
    stationNames: () =>
      all().flatMap(({ credential }) => (credential.kind === 'station' ? [credential.name] : [])),
    find: (id) => byId(id)?.credential,
    byName: (name, secret) => {
      const entry = entries.get(name);
      return entry?.secret === Buffer.from(secret).toString() ? entry.credential : null;
    },
    bySecret: (secret) => all().find((entry) => entry.secret === secret)?.credential ?? null,
    fingerprint: (id) => {
      const secret = byId(id)?.secret;
      return secret === undefined ? undefined : hashSecret(secret).toString('hex');
    },
    add(kind, name, filters = []) {
      const secret = createSecret();
      entries.set(name, { credential: { id: (lastId += 1), kind, name, filters }, secret });
      return secret;
    },
    revoke: (name) => void entries.delete(name),
    rotate(name) {
      const secret = createSecret();
      entries.set(name, { ...entries.get(name)!, secret });
      return secret;
    },
    setFilters(name, filters) {
      const { credential, secret } = entries.get(name)!;
      entries.set(name, { credential: { ...credential, filters }, secret });
    },
    setKnown(known) {
      isKnown = known;
    },
  };
}
