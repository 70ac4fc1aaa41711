import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What a credential is for: a device that publishes, a program that reads, a person who changes things over HTTP. */
export type CredentialKind = 'station' | 'integrator' | 'admin';

/** Somebody who has a secret. */
export interface Credential {
  /** Stays the same when the secret is replaced; is never given again. */
  readonly id: number;
  readonly kind: CredentialKind;
  /** The MQTT user name; of a station, its name in topics. */
  readonly name: string;
  /** What an integrator may subscribe to and read; of no meaning for the others. */
  readonly filters: readonly string[];
}

/** As the database keeps it. */
export interface StoredCredential extends Credential {
  /** SHA-256 of the secret: 32 bytes. */
  readonly secretHash: Buffer;
}

/** What an integrator may read unless told otherwise: everything that stations publish, and everything that was committed. */
export const DEFAULT_FILTERS: readonly string[] = ['live/#', 'stations/#'];

const SECRET_BYTES = 16;

/**
 * A new secret: 128 random bits as 22 characters, which are safe in a URL, a shell and a configuration file. Nobody chooses
 * one, so nobody can guess one, and a plain hash is enough to keep it by.
 */
export function createSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/** Whether a text has the form of a secret of ours. */
export function isSecretLike(text: string): boolean {
  return /^[A-Za-z0-9_-]{22}$/.test(text);
}

export function hashSecret(secret: string | Uint8Array): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** In constant time. Both are 32 bytes. */
export function isSameHash(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
