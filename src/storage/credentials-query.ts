import type { Credential, StoredCredential } from '../access/credential.ts';
import { isUniqueViolation } from './failure.ts';
import type { Queryable } from './queryable.ts';

/** A credential with its dates. */
export interface CredentialRow extends StoredCredential {
  readonly createdAt: Date;
  /** When its secret was last replaced; `null`: never. */
  readonly rotatedAt: Date | null;
}

export type NewCredential = Pick<StoredCredential, 'kind' | 'name' | 'filters' | 'secretHash'>;

/** What was asked for does not go together with the credentials that there are. */
export class CredentialError extends Error {
  readonly code: 'credential-exists' | 'credential-unknown';
  readonly hint: string;

  constructor(code: CredentialError['code'], message: string, hint: string) {
    super(message);
    this.name = 'CredentialError';
    this.code = code;
    this.hint = hint;
  }
}

const COLUMNS = `id, kind, name, filters, secret_hash AS "secretHash", created_at AS "createdAt", rotated_at AS "rotatedAt"`;

/** All credentials, in the order of their names. @throws what the database reports */
export async function readCredentials(database: Queryable): Promise<readonly CredentialRow[]> {
  const { rows } = await database.query<SelectedRow>({
    text: `SELECT ${COLUMNS} FROM credentials ORDER BY name`,
  });
  return rows.map(toCredential);
}

/** @throws CredentialError `credential-exists` when the name is taken; what the database reports */
export async function addCredential(database: Queryable, added: NewCredential): Promise<CredentialRow> {
  const { kind, name, filters, secretHash } = added;
  try {
    const { rows } = await database.query<SelectedRow>({
      text: `INSERT INTO credentials (kind, name, filters, secret_hash) VALUES ($1, $2, $3, $4) RETURNING ${COLUMNS}`,
      values: [kind, name, filters, secretHash],
    });
    return toCredential(rows[0]!);
  } catch (error) {
    if (isUniqueViolation(error)) throw await nameTaken(database, name);
    throw error;
  }
}

/**
 * Replaces the secret. Its old one is of no use from then on.
 * @throws CredentialError `credential-unknown`; what the database reports
 */
export async function rotateCredential(
  database: Queryable,
  name: string,
  secretHash: Buffer,
): Promise<CredentialRow> {
  const { rows } = await database.query<SelectedRow>({
    text: `UPDATE credentials SET secret_hash = $2, rotated_at = now() WHERE name = $1 RETURNING ${COLUMNS}`,
    values: [name, secretHash],
  });
  return toCredential(rows[0] ?? unknownName(name));
}

/** @throws CredentialError `credential-unknown`; what the database reports */
export async function revokeCredential(database: Queryable, name: string): Promise<CredentialRow> {
  const { rows } = await database.query<SelectedRow>({
    text: `DELETE FROM credentials WHERE name = $1 RETURNING ${COLUMNS}`,
    values: [name],
  });
  return toCredential(rows[0] ?? unknownName(name));
}

// pg gives a bigint as text.
type SelectedRow = Omit<CredentialRow, 'id'> & { readonly id: string };

function toCredential({ id, ...rest }: SelectedRow): CredentialRow {
  return { id: Number(id), ...rest };
}

async function nameTaken(database: Queryable, name: string): Promise<CredentialError> {
  const { rows } = await database.query<Pick<Credential, 'kind'>>({
    text: 'SELECT kind FROM credentials WHERE name = $1',
    values: [name],
  });
  const kind = rows[0]?.kind ?? 'station';
  return new CredentialError(
    'credential-exists',
    `There is a credential with the name ${name} already: ${kind === 'station' ? 'of a station' : `an ${kind}'s`}.`,
    `For a new password in place of the old one: thermograph credentials rotate ${name}${kind === 'station' ? ', for a board also with --config FILE' : ''}. Otherwise choose another name.`,
  );
}

function unknownName(name: string): never {
  throw new CredentialError(
    'credential-unknown',
    `There is no credential with the name ${name}.`,
    'Look for its name with: thermograph credentials list',
  );
}
