import { Client } from 'pg';
import { readSchemaState, type SchemaState } from './migrate.ts';
import type { Connection } from './pool.ts';
import type { Queryable } from './queryable.ts';

/** What a look into a database tells of it. */
export interface DatabaseHealth extends ServerFacts {
  readonly schema: SchemaState;
  /** `undefined` while there are no tables. */
  readonly kept: KeptFacts | undefined;
}

interface ServerFacts {
  /** As `server_version_num`. */
  readonly versionNumber: number;
  readonly version: string;
  /** Whether a commit is on the disk when it is told. */
  readonly isDurable: boolean;
  readonly isReadOnly: boolean;
  readonly freeConnections: number;
  /** Of its own clock, in milliseconds since 1970. */
  readonly now: number;
}

interface KeptFacts {
  /** The time that expiry went by last, in milliseconds since 1970. */
  readonly lookedAt: number;
  /** Whether nothing expires because the clock may be wrong. */
  readonly isHeld: boolean;
  /** Of the days that are rolled up. */
  readonly timeZone: string | null;
  /** Stations whose removal was not finished. */
  readonly unfinishedRemovals: readonly string[];
  readonly growthBytesPerDay: number | null;
}

const ANSWER_MS = 5_000;

const SERVER = `
  SELECT current_setting('server_version_num')::int AS "versionNumber", current_setting('server_version') AS version,
    current_setting('fsync') = 'on' AND current_setting('synchronous_commit') <> 'off'
      AND current_setting('full_page_writes') = 'on' AS "isDurable",
    pg_is_in_recovery() AS "isReadOnly",
    current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
      - (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend') AS "freeConnections",
    (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now`;
const KEPT = `
  SELECT (extract(epoch FROM looked_at) * 1000)::float8 AS "lookedAt", held_at IS NOT NULL AS "isHeld",
    (SELECT time_zone FROM rollup_state) AS "timeZone",
    ARRAY(SELECT DISTINCT station::text FROM removed_series WHERE NOT is_empty ORDER BY 1) AS "unfinishedRemovals",
    (SELECT (pg_database_size(current_database()) - bytes) / nullif(extract(epoch FROM now() - measured_at)::float8 / 86400, 0)
      FROM database_sizes
      WHERE measured_at BETWEEN now() - interval '30 days' AND now() - interval '1 day' ORDER BY day LIMIT 1
    )::float8 AS "growthBytesPerDay"
  FROM expiry_state`;

/**
 * Looks into a database, in a session that can change nothing.
 * @throws pg's own error when it can't be reached
 */
export async function readDatabaseHealth(connection: Connection): Promise<DatabaseHealth> {
  const client = new Client({
    ...connection,
    application_name: 'thermograph doctor',
    connectionTimeoutMillis: ANSWER_MS,
    query_timeout: ANSWER_MS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SET default_transaction_read_only = on');
    const server = await one<ServerFacts>(client, SERVER);
    const schema = await readSchemaState(client);
    const kept = schema === 'current' ? await one<KeptFacts>(client, KEPT) : undefined;
    return { ...server, schema, kept };
  } finally {
    void client.end().catch(() => undefined);
  }
}

async function one<T extends object>(database: Queryable, text: string): Promise<T> {
  return (await database.query<T>({ text })).rows[0]!;
}
