import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { createSecret, hashSecret, isSameHash } from '../../src/access/credential.ts';

test('a secret is 128 random bits in characters that need no escaping', () => {
  const secrets = Array.from({ length: 200 }, createSecret);
  expect(new Set(secrets).size).toBe(200);
  for (const secret of secrets) {
    expect(secret).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(Buffer.from(secret, 'base64url')).toHaveLength(16);
  }
});

test('what is kept of a secret is its SHA-256, and only the same secret has it', () => {
  const hash = hashSecret('abc');
  expect(hash).toEqual(createHash('sha256').update('abc').digest());
  expect(isSameHash(hash, hashSecret(Buffer.from('abc')))).toBe(true);
  expect(isSameHash(hash, hashSecret('abd'))).toBe(false);
  expect(isSameHash(hash, hash.subarray(1))).toBe(false);
});
