import { type Duration, formatDuration, parseDuration } from '../../telemetry/duration.ts';
import type { RetentionPolicy } from '../../telemetry/retention-policy.ts';
import type { Queryable } from '../queryable.ts';

/** There is no such policy. */
export class RetentionPolicyError extends Error {
  readonly code = 'policy-unknown';
  readonly hint = 'Look with: thermograph retention list';

  constructor() {
    super('There is no rule of just that station and metric.');
    this.name = 'RetentionPolicyError';
  }
}

interface PolicyRow {
  readonly station: string | null;
  readonly metric: string | null;
  readonly raw: string | null;
  readonly rollups: string | null;
}

const READ = `
  SELECT station, metric, raw, rollups FROM retention_policies ORDER BY station NULLS FIRST, metric NULLS FIRST`;

// What is not given stays as it was.
const SET = `
  INSERT INTO retention_policies AS policy (station, metric, raw, rollups) VALUES ($1, $2, $3, $4)
  ON CONFLICT (coalesce(station, ''), coalesce(metric, '')) DO UPDATE SET
    raw = coalesce(excluded.raw, policy.raw), rollups = coalesce(excluded.rollups, policy.rollups)`;

const REMOVE = `
  DELETE FROM retention_policies WHERE station IS NOT DISTINCT FROM $1 AND metric IS NOT DISTINCT FROM $2`;

/** All policies, those of all stations first. @throws what the database reports */
export async function readRetentionPolicies(database: Queryable): Promise<readonly RetentionPolicy[]> {
  const { rows } = await database.query<PolicyRow>({ text: READ });
  return rows.map(({ station, metric, raw, rollups }) => ({
    station,
    metric,
    raw: durationOf(raw),
    rollups: durationOf(rollups),
  }));
}

/** Makes the policy, or changes in it what is given. @throws what the database reports */
export async function setRetentionPolicy(database: Queryable, policy: RetentionPolicy): Promise<void> {
  const { station, metric, raw, rollups } = policy;
  await database.query({ text: SET, values: [station, metric, textOf(raw), textOf(rollups)] });
}

/** @throws RetentionPolicyError, what the database reports */
export async function removeRetentionPolicy(
  database: Queryable,
  station: string | null,
  metric: string | null,
): Promise<void> {
  const { rowCount } = await database.query({ text: REMOVE, values: [station, metric] });
  if (rowCount === 0) throw new RetentionPolicyError();
}

/** What the table takes and this version does not know lets nothing expire. */
function durationOf(text: string | null): Duration | null {
  return text === null ? null : (parseDuration(text) ?? 'forever');
}

function textOf(duration: Duration | null): string | null {
  return duration === null ? null : formatDuration(duration);
}
