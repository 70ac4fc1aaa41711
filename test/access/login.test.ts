import { expect, test } from 'vitest';
import type { Credential } from '../../src/access/credential.ts';
import { type KnownCredentials, logIn, logInBySecret } from '../../src/access/login.ts';
import { ANONYMOUS } from '../../src/access/permissions.ts';

const outside: Credential = { id: 1, kind: 'station', name: 'outside', filters: [] };

function credentials({ isKnown = true } = {}): KnownCredentials {
  const is = (secret: string | Uint8Array): boolean => Buffer.from(secret).toString() === 'right';
  return {
    isKnown: () => isKnown,
    hasName: (name) => isKnown && name === 'outside',
    find: (id) => (isKnown && id === 1 ? outside : undefined),
    byName: (name, secret) => (isKnown && name === 'outside' && is(secret) ? outside : null),
    bySecret: (secret) => (isKnown && is(secret) ? outside : null),
  };
}

const known = { principal: outside };
const anybody = { principal: ANONYMOUS };

test.each([
  ['outside', 'right', false, known],
  ['outside', 'wrong', false, { refusal: 'wrong' }],
  ['outside', null, false, { refusal: 'wrong' }],
  ['elsewhere', 'right', false, { refusal: 'wrong' }],
  [null, null, false, { refusal: 'missing' }],
  [null, 'right', false, { refusal: 'missing' }],
  ['outside', 'right', true, known],
  ['outside', 'wrong', true, { refusal: 'wrong' }],
  ['elsewhere', 'wrong', true, anybody],
  [null, null, true, anybody],
])('over MQTT %s with the secret %s, where nobody needs one: %s', (name, secret, allowAnonymous, login) => {
  const bytes = secret === null ? null : Buffer.from(secret);
  expect(logIn(credentials(), allowAnonymous, name, bytes)).toEqual(login);
});

test.each([
  ['right', false, known],
  ['wrong', false, { refusal: 'wrong' }],
  [null, false, { refusal: 'missing' }],
  ['wrong', true, { refusal: 'wrong' }],
  [null, true, anybody],
])('over HTTP the secret %s, where nobody needs one: %s', (secret, allowAnonymous, login) => {
  expect(logInBySecret(credentials(), allowAnonymous, secret)).toEqual(login);
});

test('while credentials could not be read, nobody is taken for anybody, nor sent away for good', () => {
  const unread = credentials({ isKnown: false });
  const secret = Buffer.from('right');
  expect(logIn(unread, false, 'outside', secret)).toEqual({ refusal: 'not-known-yet' });
  expect(logIn(unread, true, 'outside', secret)).toEqual(anybody);
  expect(logInBySecret(unread, true, 'right')).toEqual({ refusal: 'not-known-yet' });
});
