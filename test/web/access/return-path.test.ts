import fc from 'fast-check';
import { expect, test } from 'vitest';
import { localPath, loginPath } from '../../../src/web/access/return-path.ts';

test.each([
  ['/', '/'],
  ['/stations/outside?metric=humidity&units=imperial', '/stations/outside?metric=humidity&units=imperial'],
  ['/stations/a%2Fb', '/stations/a%2Fb'],
  ['/ä?ö', '/%C3%A4?%C3%B6'],
  ['/status#x', '/status'],
])('%s is an address to come back to', (text, path) => {
  expect(localPath(text)).toBe(path);
});

test.each([
  '//evil.example',
  '///evil.example',
  String.raw`/\evil.example`,
  String.raw`\\evil.example`,
  '/\t/evil.example',
  '/\n/evil.example',
  '/.//evil.example',
  '/x/..//evil.example',
  '/%2e//evil.example',
  String.raw`/.\\evil.example`,
  'https://evil.example/',
  'https:evil.example',
  'javascript:alert(1)',
  'evil.example',
  '/login?to=/login',
  '/logout',
  '/login/',
  '',
  undefined,
  ['/status'],
])('%j is none', (text) => {
  expect(localPath(text)).toBe('/');
});

test('whatever comes in, a browser stays with us', () => {
  const part = fc.constantFrom('/', '\\', '.', '..', '%2f', '%5c', '\t', 'evil', '@', ':', '?', '#', 'http');
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const path = localPath(`/${parts.join('')}`);
      expect(new URL(path, 'http://ours.example').origin).toBe('http://ours.example');
      expect(path).not.toMatch(/[\r\n]/);
    }),
  );
});

test('the login page comes back to where somebody was', () => {
  expect(loginPath('/')).toBe('/login');
  expect(loginPath('/stations/a?metric=b')).toBe('/login?to=%2Fstations%2Fa%3Fmetric%3Db');
  expect(loginPath('//evil.example')).toBe('/login');
});
