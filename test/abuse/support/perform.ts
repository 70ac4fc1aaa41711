import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ClientConfig, Pool } from 'pg';
import { generate } from 'selfsigned';
import { createSecret, hashSecret } from '../../../src/access/credential.ts';
import { createReleasers, type Releasers } from '../../../src/releasers.ts';
import { addCredential } from '../../../src/storage/credentials-query.ts';
import { embeddedConnection, killEmbedded } from '../../support/embedded-postgres.ts';
import { createService, type Program, type Service } from '../../support/service-process.ts';
import { until } from '../../support/until.ts';
import { within } from '../../support/within.ts';
import { Attacker } from './attacker.ts';
import { GOOD_STATION, type Guard, startGuard } from './guard.ts';
import { residentBytes } from './memory.ts';
import { type Result, resultOf, resultOfError } from './report.ts';
import type { Attack, Outcome, Scenario } from './scenario.ts';
import { createTroubles } from './troubles.ts';
import { connectBytes, type Login } from './wire.ts';

export interface Conditions {
  readonly seed: number;
  /** A scenario that takes longer has failed. */
  readonly limitMs: number;
  /** How long a well-behaved client may have to wait for anything. */
  readonly patienceMs: number;
  readonly say: (progress: string) => void;
  /** Is told what to release should the run be interrupted. */
  readonly onStage: (releasers: Releasers) => void;
}

/** What is attacked, and where it is looked up what it has stored. */
export interface Subject extends Program {
  readonly connection: ClientConfig;
}

const KNOWN_LIMIT_MS = 30_000;

/** Runs one scenario to its end and removes all that it has made. Never rejects. */
export async function perform(
  scenario: Scenario,
  conditions: Conditions,
  subjectOf: (releasers: Releasers) => Promise<Subject> = builtProgram,
): Promise<Result> {
  const releasers = createReleasers();
  conditions.onStage(releasers);
  const startedAt = performance.now();
  const seconds = (): number => (performance.now() - startedAt) / 1_000;
  let result: Result;
  try {
    result = await attack(scenario, conditions, await subjectOf(releasers), releasers, seconds);
  } catch (error) {
    result = resultOfError(scenario, error, seconds());
  }
  await releasers.release().catch((error: unknown) => conditions.say(`cleaning up failed: ${String(error)}`));
  return result;
}

/** The built program on an embedded database, in a folder of its own. */
async function builtProgram(releasers: Releasers): Promise<Subject> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'thermograph-abuse-'));
  releasers.push(() => rm(dataDir, { recursive: true, force: true }));
  releasers.push(() => killEmbedded(dataDir));
  const env = { DATA_DIR: dataDir, ...(await withTls(dataDir)) };
  return { args: ['dist/src/main.js'], env, connection: embeddedConnection(dataDir) };
}

/** What makes it listen with TLS, too. */
async function withTls(folder: string): Promise<Record<string, string>> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }]);
  const files = { TLS_CERT_FILE: path.join(folder, 'cert.pem'), TLS_KEY_FILE: path.join(folder, 'key.pem') };
  await writeFile(files.TLS_CERT_FILE, cert);
  await writeFile(files.TLS_KEY_FILE, key);
  return { ...files, HTTPS_PORT: '0', MQTTS_PORT: '0' };
}

async function attack(
  scenario: Scenario,
  { seed, limitMs, patienceMs, say }: Conditions,
  { connection, args, env }: Subject,
  releasers: Releasers,
  seconds: () => number,
): Promise<Result> {
  const troubles = createTroubles();
  const secured: Record<string, string> = scenario.isSecured ? { ALLOW_ANONYMOUS: 'false' } : {};
  const service = createService({
    args,
    env: { ...env, ...secured, ...scenario.env },
    onError: troubles.take,
  });
  releasers.push(() => service.close());
  await service.start().catch((error: unknown) => {
    throw new Error(`${String(error)}; it has said:\n${service.output()}`, { cause: error });
  });
  const pool = new Pool({ ...connection, max: 2 });
  pool.on('error', () => {});
  releasers.push(() => pool.end());
  const addStation = (name: string): Promise<Login> => addKnownStation(pool, service, name);
  const login = scenario.isSecured ? await addStation(GOOD_STATION) : undefined;
  const clientId = `good-${randomBytes(8).toString('hex')}`;
  const parts = { service, troubles, pool, login, clientId, releasers, patienceMs };
  const guard = await startGuard(parts);
  const ports = service.ports();
  const outcome = await within(
    limitMs,
    scenario.run({
      ports,
      mqttPort: ports['mqtt']!,
      httpPort: ports['http']!,
      pool,
      seed,
      goodClientId: clientId,
      releasers,
      say,
      residentBytes: () => residentBytes(service.pid()!),
      addStation,
    } satisfies Attack),
  ).catch(failedOutcome);
  return finish(scenario, outcome, guard, service, { say, seconds });
}

async function finish(
  scenario: Scenario,
  outcome: Outcome,
  guard: Guard,
  service: Service,
  { say, seconds }: { readonly say: (text: string) => void; readonly seconds: () => number },
): Promise<Result> {
  const findings = await guard.finish();
  const code = await service.stop().catch((error: unknown) => String(error));
  const failures = [...outcome.failures, ...findings.failures];
  if (code !== 0) failures.push(`stopping the service ended with ${code}`);
  if (failures.length > 0) say(service.output());
  return resultOf(scenario, { ...outcome, failures }, findings, seconds());
}

/** The guard's findings count also where the attack itself came to nothing. */
function failedOutcome(error: unknown): Outcome {
  return { attacks: 0, failures: [error instanceof Error ? error.message : String(error)], notes: [] };
}

async function addKnownStation(pool: Pool, service: Service, name: string): Promise<Login> {
  const password = createSecret();
  await addCredential(pool, { kind: 'station', name, filters: [], secretHash: hashSecret(password) });
  const login = { username: name, password };
  await until(`the credential of ${name} was known`, KNOWN_LIMIT_MS, async () => {
    const client = new Attacker({ port: service.port()!, first: connectBytes('', login) });
    try {
      return await client.isLetIn(KNOWN_LIMIT_MS);
    } finally {
      client.destroy();
    }
  });
  return login;
}
