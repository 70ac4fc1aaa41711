import { type OwnPostgres, startOwnPostgres } from './own-postgres.ts';
import type { Stage } from './stage.ts';
import { embeddedSubject, startTrial, type Trial } from './trial.ts';

/** A trial whose PostgreSQL the service can't start by itself. */
export async function startOnOwnPostgres(
  stage: Stage,
  env: Record<string, string> = {},
): Promise<{ trial: Trial; postgres: OwnPostgres }> {
  const postgres = await startOwnPostgres(stage);
  const subject = await embeddedSubject(stage);
  const trial = await startTrial(stage, {
    ...subject,
    env: { ...subject.env, ...env, DATABASE_URL: postgres.url },
    connection: postgres.connection,
  });
  return { trial, postgres };
}
