import { describe, expect, test } from 'vitest';
import { logIn, logInBySecret } from '../../src/access/login.ts';
import { createTestCredentials } from '../support/credentials.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);

function useOutside() {
  const credentials = createTestCredentials();
  const secret = credentials.add('station', 'outside');
  return { credentials, secret, outside: { principal: expect.objectContaining({ name: 'outside' }) } };
}

const ANYBODY = { principal: expect.objectContaining({ kind: 'anonymous' }) };

describe('over MQTT', () => {
  test.each([true, false])('a name of ours needs its secret; anonymous clients: %s', (allowAnonymous) => {
    const { credentials, secret, outside } = useOutside();
    const ask = (name: string, shown: string | null) =>
      logIn(credentials, allowAnonymous, name, shown === null ? null : bytes(shown));
    expect(ask('outside', secret)).toEqual(outside);
    expect(ask('outside', 'wrong')).toEqual({ refusal: 'wrong' });
    expect(ask('outside', null)).toEqual({ refusal: 'wrong' });
  });

  test('a name of nobody is nobody where that is enough', () => {
    const { credentials, secret } = useOutside();
    expect(logIn(credentials, true, 'DVES_USER', bytes('DVES_PASS'))).toEqual(ANYBODY);
    expect(logIn(credentials, false, 'DVES_USER', bytes(secret))).toEqual({ refusal: 'wrong' });
    expect(logIn(credentials, true, null, null)).toEqual(ANYBODY);
    expect(logIn(credentials, false, null, null)).toEqual({ refusal: 'missing' });
  });

  test('until the credentials are known, nobody is refused for good', () => {
    const { credentials, secret } = useOutside();
    credentials.setKnown(false);
    expect(logIn(credentials, true, 'outside', bytes(secret))).toEqual(ANYBODY);
    expect(logIn(credentials, false, 'outside', bytes(secret))).toEqual({ refusal: 'not-known-yet' });
  });
});

test('over HTTP a secret that is shown must be right, also where none is needed', () => {
  const { credentials, secret, outside } = useOutside();
  for (const allowAnonymous of [true, false]) {
    expect(logInBySecret(credentials, allowAnonymous, secret)).toEqual(outside);
    expect(logInBySecret(credentials, allowAnonymous, 'wrong')).toEqual({ refusal: 'wrong' });
  }
  expect(logInBySecret(credentials, true, null)).toEqual(ANYBODY);
  expect(logInBySecret(credentials, false, null)).toEqual({ refusal: 'missing' });
  credentials.setKnown(false);
  expect(logInBySecret(credentials, true, secret)).toEqual({ refusal: 'not-known-yet' });
});
