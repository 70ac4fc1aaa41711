import { createHmac } from 'node:crypto';
import { isSameHash } from '../../access/credential.ts';

/** What a login cookie says. */
export interface CookieLogin {
  /** Of the credential. */
  readonly id: number;
  /** In seconds since the epoch. */
  readonly expiresAt: number;
}

export const LOGIN_LIFETIME_S = 90 * 24 * 3600;

/**
 * Whose login it is, until when, and a signature. The credential's fingerprint goes into the signature, so that nothing has to
 * be remembered or taken back: when the secret is replaced, or the credential revoked, no cookie of it is right any more.
 */
export function writeLogin(key: Buffer, { id, expiresAt }: CookieLogin, fingerprint: string): string {
  const text = `${id}.${expiresAt}`;
  return `${text}.${sign(key, text, fingerprint).toString('base64url')}`;
}

/** @param now in seconds since the epoch */
export function readLogin(
  key: Buffer,
  cookie: string,
  now: number,
  fingerprintOf: (id: number) => string | undefined,
): CookieLogin | undefined {
  const [, text, id, expiresAt, signature] =
    /^((\d{1,15})\.(\d{1,12}))\.([A-Za-z0-9_-]{43})$/.exec(cookie) ?? [];
  if (text === undefined || signature === undefined) return undefined;
  const login = { id: Number(id), expiresAt: Number(expiresAt) };
  const fingerprint = fingerprintOf(login.id);
  if (fingerprint === undefined || login.expiresAt <= now) return undefined;
  const isRight = isSameHash(Buffer.from(signature, 'base64url'), sign(key, text, fingerprint));
  return isRight ? login : undefined;
}

function sign(key: Buffer, text: string, fingerprint: string): Buffer {
  return createHmac('sha256', key).update(`login\0${text}\0${fingerprint}`).digest();
}
