import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { readLogin, writeLogin } from '../../../src/web/access/login-cookie.ts';

const key = randomBytes(32);
interface Circumstances {
  readonly now?: number;
  /** The credential's fingerprint by then. */
  readonly print?: string | null;
  readonly by?: Buffer;
}

const login = { id: 7, expiresAt: 1000 };
const cookie = writeLogin(key, login, 'print');
const read = (text: string, { now = 999, print = 'print', by = key }: Circumstances = {}) =>
  readLogin(by, text, now, () => print ?? undefined);

test('a cookie says whose login it is until it expires', () => {
  expect(read(cookie)).toStrictEqual(login);
  expect(read(cookie, { now: 1000 })).toBeUndefined();
});

test('a cookie is worth nothing once the credential is gone, or its secret another', () => {
  expect(read(cookie, { print: null })).toBeUndefined();
  expect(read(cookie, { print: 'another' })).toBeUndefined();
});

test('a cookie that was changed anywhere, or signed with another key, is none', () => {
  for (let i = 0; i < cookie.length; i += 1) {
    const changed = cookie.slice(0, i) + (cookie[i] === '1' ? '2' : '1') + cookie.slice(i + 1);
    // The last character of 43 holds four bits of the signature, and two of nothing.
    if (i < cookie.length - 1) expect(read(changed), `at ${i}`).toBeUndefined();
  }
  expect(read(cookie, { by: randomBytes(32) })).toBeUndefined();
  for (const text of ['', 'x', '7.1000', '7.1000.', `${cookie}x`, cookie.replace('7.', '07.')]) {
    expect(read(text), `of ${text}`).toBeUndefined();
  }
});
