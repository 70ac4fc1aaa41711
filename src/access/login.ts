import type { Credential } from './credential.ts';
import { ANONYMOUS, type Principal } from './permissions.ts';

/** The credentials, as they are known now. */
export interface KnownCredentials {
  /** Whether they have been read from the database; from then on they stay known, also while it is away. */
  isKnown(): boolean;
  hasName(name: string): boolean;
  /** The names of those that stations have. */
  stationNames(): Iterable<string>;
  find(id: number): Credential | undefined;
  /** The credential of that name, if this is its secret. */
  byName(name: string, secret: string | Uint8Array): Credential | null;
  bySecret(secret: string): Credential | null;
  /**
   * What changes when the secret of a credential is replaced, for other proofs to be bound to it; `undefined` if there is
   * no such credential. It is shown to nobody.
   */
  fingerprint(id: number): string | undefined;
}

/**
 * Why somebody is not let in: the name or the secret is wrong; there is none, where one is needed; nobody can tell, for
 * the credentials could not be read yet, and a retry may help.
 */
export type Refusal = 'wrong' | 'missing' | 'not-known-yet';

export type Login = { readonly principal: Principal } | { readonly refusal: Refusal };

/**
 * Who connects over MQTT. Where nobody needs a credential, a name that is none of ours counts as nobody: many devices
 * come with one in their settings. But whoever uses one of ours must have its secret.
 */
export function logIn(
  credentials: KnownCredentials,
  allowAnonymous: boolean,
  name: string | null,
  secret: Uint8Array | null,
): Login {
  if (name === null) return allowAnonymous ? { principal: ANONYMOUS } : { refusal: 'missing' };
  if (!credentials.isKnown()) return allowAnonymous ? { principal: ANONYMOUS } : { refusal: 'not-known-yet' };
  const credential = credentials.byName(name, secret ?? '');
  if (credential !== null) return { principal: credential };
  return allowAnonymous && !credentials.hasName(name) ? { principal: ANONYMOUS } : { refusal: 'wrong' };
}

/** Who shows a secret over HTTP; `null` for whoever shows none. */
export function logInBySecret(
  credentials: KnownCredentials,
  allowAnonymous: boolean,
  secret: string | null,
): Login {
  if (secret === null) return allowAnonymous ? { principal: ANONYMOUS } : { refusal: 'missing' };
  if (!credentials.isKnown()) return { refusal: 'not-known-yet' };
  const credential = credentials.bySecret(secret);
  return credential === null ? { refusal: 'wrong' } : { principal: credential };
}
