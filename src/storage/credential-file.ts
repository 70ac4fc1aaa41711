import { readFile, rename, writeFile } from 'node:fs/promises';
import type { CredentialKind, StoredCredential } from '../access/credential.ts';

/** What was last known of the credentials, on this machine's disk: for a start while the database is away. */
export interface CredentialFile {
  /** @returns `undefined` when there is none, or none that makes sense */
  read(): Promise<readonly StoredCredential[] | undefined>;
  /** @throws what the system reports */
  write(credentials: readonly StoredCredential[]): Promise<void>;
}

const OWNER_ONLY = 0o600;
const HASH_BYTES = 32;
const KINDS: readonly string[] = ['station', 'integrator', 'admin'] satisfies readonly CredentialKind[];

/** @param path in a folder that exists */
export function createCredentialFile(path: string): CredentialFile {
  return {
    async read() {
      try {
        const rows: unknown = JSON.parse(await readFile(path, 'utf8'));
        if (!Array.isArray(rows)) return undefined;
        const credentials = rows.map(parseRow);
        return credentials.every((credential) => credential !== undefined) ? credentials : undefined;
      } catch {
        return undefined;
      }
    },
    async write(credentials) {
      const rows = credentials.map(({ id, kind, name, filters, secretHash }) => ({
        id,
        kind,
        name,
        filters,
        secretHash: secretHash.toString('base64'),
      }));
      const draft = `${path}.new`;
      await writeFile(draft, JSON.stringify(rows), { mode: OWNER_ONLY });
      await rename(draft, path);
    },
  };
}

function parseRow(row: unknown): StoredCredential | undefined {
  if (typeof row !== 'object' || row === null) return undefined;
  const { id, kind, name, filters, secretHash }: Record<string, unknown> = { ...row };
  if (typeof id !== 'number' || typeof name !== 'string' || typeof secretHash !== 'string') return undefined;
  if (!isKind(kind) || !isTexts(filters)) return undefined;
  const hash = Buffer.from(secretHash, 'base64');
  return hash.length === HASH_BYTES ? { id, kind, name, filters, secretHash: hash } : undefined;
}

function isKind(value: unknown): value is CredentialKind {
  return typeof value === 'string' && KINDS.includes(value);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}
