import { databaseUnreachable } from '../../start-error.ts';
import { type DatabaseHealth, readDatabaseHealth } from '../../storage/database-health.ts';
import { hasDatabase } from '../../storage/embedded/data-directory.ts';
import { lookAtServer, packagedVersion, type SeenServer } from '../../storage/embedded/look.ts';
import { allWell, type Finding, ok, type Patient, problem, problemOf, warning } from './finding.ts';

const CHECK = 'database';
const OLDEST_SERVER = 140_000;
/** What a service opens: pools, and sessions that listen for changes. */
const CONNECTIONS_OF_A_SERVICE = 20;
const FEW_CONNECTIONS = 5;

/** What was found, and what the database says of itself where it could be asked. */
export interface CheckedDatabase {
  readonly findings: readonly Finding[];
  readonly health: DatabaseHealth | undefined;
}

export async function checkDatabase({ config, service }: Patient): Promise<CheckedDatabase> {
  const isServed = service !== undefined;
  if (config.databaseUrl === undefined) return checkEmbedded(config.dataDir, isServed);
  try {
    const health = await readDatabaseHealth({ connectionString: config.databaseUrl });
    return { findings: judge(health, isServed), health };
  } catch (error) {
    return unknown([problemOf(CHECK, databaseUnreachable(error), '')]);
  }
}

async function checkEmbedded(dataDir: string, isServed: boolean): Promise<CheckedDatabase> {
  try {
    const seen = await lookAtServer(dataDir);
    if (seen.kind === 'running' && seen.status === 'ready') {
      const health = await readDatabaseHealth(seen.connection);
      return { findings: [...ownerOf(seen), ...judge(health, isServed)], health };
    }
    return unknown([await judgeUnasked(seen, dataDir)]);
  } catch (error) {
    const advice =
      'postgres.log in DATA_DIR may say more. If it does not answer for minutes, start the service: it sees to it.';
    return unknown([problemOf(CHECK, error, advice)]);
  }
}

function unknown(findings: readonly Finding[]): CheckedDatabase {
  return { findings, health: undefined };
}

/** Of one that can't be asked. @throws EmbeddedServerError when the packaged PostgreSQL can't be used */
async function judgeUnasked(seen: SeenServer, dataDir: string): Promise<Finding> {
  if (seen.kind === 'running') {
    const says = `The embedded PostgreSQL (process ${seen.pid}) is not ready: ${seen.status || 'it has just begun'}.`;
    return warning(CHECK, says, 'Ask again in a minute; after a power cut it may take a while.');
  }
  const major = await packagedVersion();
  if (seen.kind === 'none') {
    if (await hasDatabase(dataDir)) {
      const says =
        'The embedded PostgreSQL was being exchanged for a newer one, and the database is not in its place.';
      return warning(CHECK, says, 'Start the service: it puts it there.');
    }
    return ok(CHECK, `There is none in ${dataDir} yet: the first start makes one, with PostgreSQL ${major}.`);
  }
  if (seen.version !== major) return judgeVersion(seen.version, major);
  if (seen.hasCrashed) {
    const says = 'The embedded PostgreSQL did not end in peace, and has left its lock file.';
    return warning(
      CHECK,
      says,
      'Start the service: it sees to that, and loses nothing that was acknowledged.',
    );
  }
  return ok(CHECK, `The embedded PostgreSQL ${seen.version} is stopped, in peace.`);
}

/** Of a database that another major version has made; an older one is carried over by the next start. */
function judgeVersion(version: string, major: string): Finding {
  const says = `It was made by PostgreSQL ${version}, and this is PostgreSQL ${major}.`;
  if (Number(version) < Number(major)) {
    const advice =
      'The next start carries it over by itself: take a backup with the version that made it first, and see docs/backup.md.';
    return warning(CHECK, says, advice);
  }
  const advice = `Start the version of Thermograph that made it; or run PostgreSQL ${version} yourself and set DATABASE_URL.`;
  return problem(CHECK, says, advice);
}

function ownerOf({ owner, pid }: SeenServer & { readonly kind: 'running' }): readonly Finding[] {
  if (owner !== undefined) return [];
  const says = `The embedded PostgreSQL (process ${pid}) runs without a service or command that it belongs to.`;
  return [warning(CHECK, says, 'Start the service: it takes it over.')];
}

function judge(health: DatabaseHealth, isServed: boolean): readonly Finding[] {
  const { version, versionNumber, isDurable, isReadOnly, freeConnections, schema, kept } = health;
  const findings: Finding[] = [];
  if (versionNumber < OLDEST_SERVER) {
    findings.push(
      problem(CHECK, `It is PostgreSQL ${version}.`, 'Use PostgreSQL 14 or newer, or unset DATABASE_URL.'),
    );
  }
  if (isReadOnly) {
    findings.push(
      problem(
        CHECK,
        'It is a replica, which takes no readings.',
        'Let DATABASE_URL lead to the primary server.',
      ),
    );
  }
  if (!isDurable) {
    const says =
      'It acknowledges what is not on its disk yet: a power cut takes readings that were acknowledged.';
    findings.push(
      problem(CHECK, says, 'Turn fsync, full_page_writes and synchronous_commit on in its settings.'),
    );
  }
  if (freeConnections < (isServed ? FEW_CONNECTIONS : CONNECTIONS_OF_A_SERVICE)) {
    const says = `It has room for ${Math.max(0, freeConnections)} more connections; a service uses up to ${CONNECTIONS_OF_A_SERVICE}.`;
    findings.push(warning(CHECK, says, 'Raise its max_connections, or end programs that hold some.'));
  }
  findings.push(...judgeSchema(schema, isServed));
  for (const station of kept?.unfinishedRemovals ?? []) {
    const says = `Readings are left of ${station}, whose removal was interrupted.`;
    findings.push(warning(CHECK, says, `Go on with it: thermograph station remove ${station}.`));
  }
  return allWell(CHECK, findings, `PostgreSQL ${version} answers, and what it acknowledges is on its disk.`);
}

function judgeSchema(schema: DatabaseHealth['schema'], isServed: boolean): readonly Finding[] {
  if (schema === 'newer') {
    const advice = 'Start the version that it was last used with, or a newer one.';
    return [
      problem(CHECK, 'A newer version of Thermograph has used it, which this one does not know.', advice),
    ];
  }
  if (schema === 'behind' && isServed) {
    return [warning(CHECK, 'The service that runs is older than this command.', 'Start the service again.')];
  }
  return schema === 'none' ? [ok(CHECK, 'It has no tables yet: the first start makes them.')] : [];
}
