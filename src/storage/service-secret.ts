import { randomBytes } from 'node:crypto';
import type { Queryable } from './queryable.ts';

const BYTES = 32;

/**
 * A secret that all nodes of the service share, made by whichever asks for it first.
 * @returns 32 random bytes, the same for everyone who asks for that name
 * @throws what the database reports
 */
export async function readServiceSecret(database: Queryable, name: string): Promise<Buffer> {
  // Of several that come at once one inserts; the others wait for its commit, and then read what it wrote.
  await database.query({
    text: 'INSERT INTO service_secrets (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING',
    values: [name, randomBytes(BYTES)],
  });
  const { rows } = await database.query<{ value: Buffer }>({
    text: 'SELECT value FROM service_secrets WHERE name = $1',
    values: [name],
  });
  return rows[0]!.value;
}
