import type { Pool } from 'pg';
import type { Releasers } from '../../../src/releasers.ts';
import type { Service } from '../../support/service-process.ts';
import { until } from '../../support/until.ts';
import { Attacker } from './attacker.ts';
import { startGoodStation } from './good-station-process.ts';
import { watchMemory } from './memory.ts';
import type { Troubles } from './troubles.ts';
import { connectBytes, type Login, publishBytes } from './wire.ts';

export interface GuardParts {
  readonly service: Service;
  readonly troubles: Troubles;
  readonly pool: Pool;
  readonly login: Login | undefined;
  readonly clientId: string;
  readonly releasers: Releasers;
  /** How long a well-behaved client may have to wait for anything. Generous: a slow machine is no fault of the service. */
  readonly patienceMs: number;
}

export interface Findings {
  readonly longestWaitMs: number;
  readonly peakBytes: number;
  readonly acknowledged: number;
  readonly failures: readonly string[];
}

export interface Guard {
  /** To be asked when the attack is over. */
  finish(): Promise<Findings>;
}

export const GOOD_STATION = 'good';
const MOST_BYTES = 300 * 1024 * 1024;

/** Watches over what must hold whatever attackers do. */
export async function startGuard(parts: GuardParts): Promise<Guard> {
  const { service, troubles, pool, login, clientId, releasers, patienceMs } = parts;
  const pid = service.pid()!;
  const port = service.port()!;
  const peak = watchMemory(pid, releasers);
  const station = await startGoodStation(
    { port, clientId, station: GOOD_STATION, login, lastAckLimitMs: patienceMs },
    releasers,
  );

  return {
    async finish() {
      const failures: string[] = [];
      const report = await station.finish();
      failures.push(...report.wrong.map((wrong) => `of the good station: ${wrong}`));
      if (report.acknowledged.length < report.sent) {
        failures.push(`${report.sent - report.acknowledged.length} PUBACKs of the good station never came`);
      }
      if (report.longestWaitMs > patienceMs) failures.push('the good station waited for too long');
      if (!service.isRunning() || service.pid() !== pid) failures.push('the service has ended');
      else failures.push(...(await troublesAfterwards(parts, port)));
      const missing = await missingOf(pool, report.acknowledged).catch((error: unknown) => [String(error)]);
      if (missing.length > 0) failures.push(`acknowledged and not stored: ${missing.slice(0, 5).join(', ')}`);
      failures.push(...troubles.found().map((line) => `on standard error: ${line.trim()}`));
      const peakBytes = peak();
      if (peakBytes > MOST_BYTES) failures.push('the service has used more than 300 MB');
      const { longestWaitMs, acknowledged } = report;
      return { longestWaitMs, peakBytes, acknowledged: acknowledged.length, failures };
    },
  };
}

/** Whether it is ready, and serves somebody new. */
async function troublesAfterwards(
  { service, login, patienceMs }: GuardParts,
  port: number,
): Promise<readonly string[]> {
  const failures: string[] = [];
  await until('', patienceMs, () => service.isWell()).catch(() =>
    failures.push('it is not ready afterwards'),
  );
  await until('', patienceMs, () => isServed(port, login, patienceMs)).catch(() =>
    failures.push('a new client can not publish afterwards'),
  );
  return failures;
}

async function isServed(port: number, login: Login | undefined, limitMs: number): Promise<boolean> {
  const client = new Attacker({ port, first: connectBytes('', login ?? {}) });
  try {
    if (!(await client.isLetIn(limitMs))) return false;
    client.send(publishBytes(`stations/${GOOD_STATION}/humidity`, '50', { qos: 1, messageId: 1 }));
    return await client.becomes(limitMs, () => client.count('puback') === 1);
  } finally {
    client.destroy();
  }
}

async function missingOf(pool: Pool, acknowledged: readonly number[]): Promise<readonly string[]> {
  const { rows } = await pool.query<{ value: number }>(
    `SELECT value FROM readings JOIN series ON series.id = series_id JOIN stations ON stations.id = station_id
     WHERE station = $1 AND metric = 'temperature'`,
    [GOOD_STATION],
  );
  const stored = new Set(rows.map(({ value }) => value));
  return acknowledged.filter((value) => !stored.has(value)).map(String);
}
