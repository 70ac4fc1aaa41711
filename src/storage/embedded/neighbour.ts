import { connectionTo, type EmbeddedConnection } from './connection.ts';
import { findPostmaster } from './find-postmaster.ts';
import { readOwner } from './ownership.ts';
import { openSite, type Role, type SiteOptions } from './site.ts';

/** Whoever works with a DATA_DIR already. */
export interface Neighbour {
  readonly role: Role;
  /** What its session calls itself. */
  readonly name: string;
  /** Of its process; `undefined`: it does not say. */
  readonly pid: number | undefined;
  /** To the server that it owns, and which stops with it. */
  readonly connection: EmbeddedConnection;
}

/**
 * Looks who owns the embedded server in DATA_DIR; `undefined` when none runs, is ready and has an owner.
 * @throws EmbeddedServerError
 */
export async function findNeighbour(options: SiteOptions): Promise<Neighbour | undefined> {
  const site = await openSite(options);
  const { running } = await findPostmaster(site);
  if (running?.status !== 'ready') return undefined;
  const connection = await connectionTo(site.directory, running);
  const owner = await readOwner(connection);
  return owner && { ...owner, connection };
}
