import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hashSecret, type StoredCredential } from '../../src/access/credential.ts';
import { createCredentialFile } from '../../src/storage/credential-file.ts';
import { useFolder } from '../support/program.ts';

const CREDENTIALS: readonly StoredCredential[] = [
  { id: 1, kind: 'station', name: 'outside', filters: [], secretHash: hashSecret('one') },
  { id: 7, kind: 'integrator', name: 'grafana', filters: ['live/#'], secretHash: hashSecret('two') },
];

test('what was written is read again, and is for its owner alone', async () => {
  const path = join(await useFolder(), 'credentials.json');
  const file = createCredentialFile(path);
  expect(await file.read()).toBeUndefined();
  await file.write([]);
  await file.write(CREDENTIALS);
  expect(await file.read()).toEqual(CREDENTIALS);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readFile(path, 'utf8')).not.toContain('one');
});

test.each([
  '',
  'null',
  '{}',
  '[{}]',
  '[1]',
  JSON.stringify([{ ...CREDENTIALS[0], secretHash: 'short' }]),
  JSON.stringify([{ ...CREDENTIALS[0], kind: 'king', secretHash: hashSecret('x').toString('base64') }]),
])('a file that makes no sense is none: %s', async (text) => {
  const path = join(await useFolder(), 'credentials.json');
  await writeFile(path, text);
  expect(await createCredentialFile(path).read()).toBeUndefined();
});
