import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { createDatabase, type EmbeddedConnection } from './connection.ts';
import { codeOf, EmbeddedServerError, reasonOf } from './error.ts';
import type { Role } from './site.ts';

/**
 * One service works with a DATA_DIR at a time: the one whose session holds this advisory lock. PostgreSQL releases it
 * with the session, however that ends, so no dead owner is ever left over. Two numbers, for node-pg-migrate locks with
 * one: they never meet.
 */
const LOCK = [0x7468, 1] as const;

/** The server may take a moment to notice that the last owner was killed. */
const LOCK_PATIENCE_MS = 3000;
const LOCK_RETRY_MS = 50;
/** A server that is silent for longer counts as unreachable. */
const ANSWER_MS = 10_000;

/** What the owner's session calls itself, before its process' number. */
const OWNER_NAMES: Readonly<Record<Role, string>> = {
  service: 'thermograph pid',
  command: 'thermograph command pid',
};

/** The lock, and the session that holds it. */
export interface Ownership {
  /** Resolves when the session has ended, whoever ended it; the lock is gone then. */
  readonly ended: Promise<void>;
  release(): Promise<void>;
}

export type Claim =
  | { readonly kind: 'owned'; readonly ownership: Ownership }
  /** Another session holds it; `by` is what that calls itself. */
  | { readonly kind: 'taken'; readonly by: string }
  /** The server starts, recovers or stops: look again. */
  | { readonly kind: 'not-ready'; readonly why: string }
  /** It does not answer, or it hung up. */
  | { readonly kind: 'unreachable'; readonly why: string };

/**
 * Tries to become the owner of the server at `connection`, making its database where it is missing.
 * @throws EmbeddedServerError `start-failed` when the server refuses us for good
 */
export async function claimOwnership(
  connection: EmbeddedConnection,
  role: Role,
  signal: AbortSignal,
): Promise<Claim> {
  const client = createClient(connection, `${OWNER_NAMES[role]} ${process.pid}`);
  const ended = new Promise<void>((resolve) => client.once('end', resolve));
  // Without a listener the loss of an idle connection would end the process; 'end' follows, and tells.
  client.on('error', () => undefined);
  const release = () => client.end().catch(() => undefined);
  try {
    await client.connect();
    if (await takeLock(client, signal)) return { kind: 'owned', ownership: { ended, release } };
    const by = (await findOwner(client)) ?? 'one that has just gone';
    await release();
    return { kind: 'taken', by };
  } catch (error) {
    void release();
    signal.throwIfAborted();
    if (codeOf(error) !== '3D000') return judge(error);
  }
  return createDatabase(connection).then(
    () => ({ kind: 'not-ready', why: 'the database has just been made' }),
    (error: unknown) => judge(error),
  );
}

/** Who owns the server at `connection`; `undefined`: nobody, or it gives no answer. */
export async function readOwner(
  connection: EmbeddedConnection,
): Promise<{ readonly role: Role; readonly name: string; readonly pid: number | undefined } | undefined> {
  const client = createClient(connection, 'thermograph looks for the owner');
  client.on('error', () => undefined);
  try {
    await client.connect();
    const name = await findOwner(client);
    if (name === undefined) return undefined;
    const pid = / pid (\d+)$/.exec(name)?.[1];
    return {
      name,
      role: name.startsWith(OWNER_NAMES.command) ? 'command' : 'service',
      pid: pid === undefined ? undefined : Number(pid),
    };
  } catch {
    return undefined;
  } finally {
    void client.end().catch(() => undefined);
  }
}

function createClient(connection: EmbeddedConnection, name: string): Client {
  return new Client({
    ...connection,
    application_name: name,
    connectionTimeoutMillis: ANSWER_MS,
    query_timeout: ANSWER_MS,
  });
}

async function takeLock(client: Client, signal: AbortSignal): Promise<boolean> {
  const until = performance.now() + LOCK_PATIENCE_MS;
  do {
    // In turn: each answer decides whether to ask again.
    const result = await client.query<{ locked: boolean }>(
      'SELECT pg_try_advisory_lock($1::int, $2::int) AS locked',
      [...LOCK],
    );
    if (result.rows[0]?.locked === true) return true;
    await pause(LOCK_RETRY_MS, undefined, { signal });
  } while (performance.now() < until);
  return false;
}

async function findOwner(client: Client): Promise<string | undefined> {
  const result = await client.query<{ application_name: string }>(
    `SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)
     WHERE locktype = 'advisory' AND classid = $1::int::oid AND objid = $2::int::oid AND objsubid = 2 AND granted`,
    [...LOCK],
  );
  return result.rows[0]?.application_name;
}

function judge(error: unknown): Claim {
  const code = codeOf(error);
  const why = reasonOf(error);
  // cannot_connect_now; object_in_use: another first start copies the template at this moment
  if (code === '57P03' || code === '55006') return { kind: 'not-ready', why };
  // What else has a SQLSTATE is an answer, and not one that changes; 57P01 and 57P02 are a shutdown under way.
  const isFinal = /^[0-9A-Z]{5}$/.test(code) && !code.startsWith('57P0') && !code.startsWith('08');
  if (!isFinal || code === 'EPIPE') return { kind: 'unreachable', why };
  const hint = 'Look into what it names; postgres.log in DATA_DIR may say more.';
  throw new EmbeddedServerError('start-failed', `PostgreSQL runs, but refuses us: ${why}`, hint, {
    cause: error,
  });
}
