import { expect, test } from 'vitest';
import { isRefusedStatement } from '../../src/storage/failure.ts';

function error(code: string | undefined, severity: string): Error {
  return Object.assign(new Error('as the server says'), { severity, ...(code !== undefined && { code }) });
}

test.each([
  ['23505', 'ERROR'],
  // The word for the severity is in the language of the server.
  ['23505', 'FEHLER'],
  ['57014', 'ERROR'],
])('after %s (%s) the connection goes on', (code, severity) => {
  expect(isRefusedStatement(error(code, severity))).toBe(true);
});

test.each([
  ['57P01', 'FATAL'],
  ['57P03', 'FEHLER'],
  ['08006', 'ERROR'],
  ['ECONNRESET', ''],
  [undefined, ''],
])('after %s (%s) the connection is given up', (code, severity) => {
  expect(isRefusedStatement(error(code, severity))).toBe(false);
});
