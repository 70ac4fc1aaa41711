import type { CredentialKind, StoredCredential } from '../access/credential.ts';
import { createRememberedList, type RememberedList } from './remembered-list.ts';
import { hashOf } from './secret-hash.ts';

/** What was last known of the credentials. */
export type CredentialFile = RememberedList<StoredCredential>;

const KINDS: readonly string[] = ['station', 'integrator', 'admin'] satisfies readonly CredentialKind[];

/** @param path in a folder that exists */
export function createCredentialFile(path: string): CredentialFile {
  return createRememberedList(path, {
    toRow: ({ id, kind, name, filters, secretHash }) => ({
      id,
      kind,
      name,
      filters,
      secretHash: secretHash.toString('base64'),
    }),
    parseRow,
  });
}

function parseRow(row: Readonly<Record<string, unknown>>): StoredCredential | undefined {
  const { id, kind, name, filters } = row;
  const secretHash = hashOf(row['secretHash']);
  if (typeof id !== 'number' || typeof name !== 'string' || secretHash === undefined) return undefined;
  return isKind(kind) && isTexts(filters) ? { id, kind, name, filters, secretHash } : undefined;
}

function isKind(value: unknown): value is CredentialKind {
  return typeof value === 'string' && KINDS.includes(value);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}
