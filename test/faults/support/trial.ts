import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ClientConfig } from 'pg';
import { compare } from './compare.ts';
import { embeddedConnection, killEmbedded } from '../../support/embedded-postgres.ts';
import { type Load, type LoadOptions, startLoad } from './load.ts';
import { usualStations } from './messages.ts';
import { type Ending, judge } from './judge.ts';
import type { Outcome } from './scenario.ts';
import { createService, type Program, type Service } from '../../support/service-process.ts';
import { settle } from './settle.ts';
import type { Stage } from './stage.ts';
import { until } from '../../support/until.ts';

/** What is put to the test, and where it is looked up what it has stored. */
export interface Subject extends Program {
  readonly connection: ClientConfig;
}

/** A service under load. */
export interface Trial {
  readonly service: Service;
  /** Puts load on it, of the usual kind unless told otherwise. */
  publish(options?: Partial<Omit<LoadOptions, 'port'>>): Load;
  /** Resolves when a PUBACK comes that had not come before. @throws when none comes for two minutes */
  untilAcknowledging(): Promise<void>;
  /** What was acknowledged is in the table only then. @throws when it takes longer than two minutes */
  untilSpoolEmpty(): Promise<void>;
  /** Ends the load and the service, and judges. */
  finish(ending: Ending): Promise<Outcome>;
}

const USUAL_LOAD = { name: 'usual', rate: 2_000, window: 20 };
const ACKNOWLEDGED_LIMIT_MS = 120_000;
const SPOOL_LIMIT_MS = 120_000;

/** The built program on an embedded database, in a folder that goes with the stage. */
export async function embeddedSubject(stage: Stage): Promise<Subject & { readonly dataDir: string }> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'thermograph-faults-'));
  stage.releasers.push(() => rm(dataDir, { recursive: true, force: true }));
  return { ...subjectIn(stage, dataDir), dataDir };
}

/** {@link embeddedSubject} in a folder of the caller's. */
export function subjectIn(stage: Stage, dataDir: string): Subject {
  stage.releasers.push(() => killEmbedded(dataDir));
  return { args: ['dist/src/main.js'], env: { DATA_DIR: dataDir }, connection: embeddedConnection(dataDir) };
}

export async function startTrial(stage: Stage, { connection, ...program }: Subject): Promise<Trial> {
  const service = createService(program);
  const loads: Load[] = [];
  stage.releasers.push(() => service.close());
  stage.releasers.push(() => loads.forEach((load) => load.close()));
  const acknowledged = (): number => loads.reduce((sum, load) => sum + load.acknowledged(), 0);
  const untilSpoolEmpty = async (): Promise<void> => {
    await until('the spool was empty', SPOOL_LIMIT_MS, async () => (await service.spooled()) === 0);
  };
  await service.start().catch((error: unknown) => {
    throw withOutput(error, service);
  });

  return {
    service,
    publish(options) {
      const load = startLoad({
        ...USUAL_LOAD,
        stations: usualStations(),
        ...options,
        port: () => service.port(),
      });
      loads.push(load);
      return load;
    },
    async untilAcknowledging() {
      const before = acknowledged();
      const isMore = (): boolean => acknowledged() > before;
      await until('a PUBACK came again', ACKNOWLEDGED_LIMIT_MS, isMore).catch((error: unknown) => {
        throw withOutput(error, service);
      });
    },
    untilSpoolEmpty,
    async finish(ending) {
      const failures = [...(ending.failures ?? [])];
      for (const load of loads) await load.drain(ACKNOWLEDGED_LIMIT_MS).catch(noteIn(failures));
      await untilSpoolEmpty().catch(noteIn(failures));
      const publishers = loads.flatMap((load) => load.publishers);
      const comparison = await settle(() => compare(connection, publishers), stage.patienceMs);
      for (const load of loads) load.close();
      const longestStallMs = Math.max(...loads.map((load) => load.longestStallMs()));
      const code = await service.stop();
      if (code !== 0) failures.push(`stopping the service ended with ${code}`);
      failures.push(...judge(comparison, service.deaths(), ending));
      if (failures.length > 0) stage.say(service.output());
      return { rounds: ending.rounds, comparison, longestStallMs, failures, notes: ending.notes ?? [] };
    },
  };
}

function noteIn(failures: string[]): (error: unknown) => void {
  return (error) => void failures.push(messageOf(error));
}

function withOutput(error: unknown, service: Service): Error {
  return new Error(`${messageOf(error)}; it has said:\n${service.output()}`, { cause: error });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
