import { statfs } from 'node:fs/promises';
import { type Config, ConfigError } from '../../config.ts';
import { type LeftAddresses, readLeftAddresses } from '../../service-addresses.ts';
import { misspeltSettings } from '../../settings/misspelt.ts';
import type { Environment } from '../../settings/setting.ts';
import { isAlive } from '../../storage/embedded/process-identity.ts';
import { checkBackups } from './backups.ts';
import { checkTls } from './certificate.ts';
import { checkClock } from './clock.ts';
import { type CheckedDatabase, checkDatabase } from './database.ts';
import { checkDisk } from './disk.ts';
import { type Finding, type Patient, warning } from './finding.ts';
import { checkNode } from './node.ts';
import { checkPorts } from './ports.ts';
import { checkService } from './running-service.ts';
import { checkSettings, warnOfNames, wrongSettings } from './settings.ts';
import { checkSpool } from './spool.ts';

const FEW_DAYS = 14;

/** Looks at everything, and changes nothing. With wrong settings nobody knows where to look. */
export async function examine(readConfig: () => Config, env: Environment): Promise<readonly Finding[]> {
  const node = checkNode(process.versions.node);
  const misspelt = warnOfNames(misspeltSettings(env));
  let config: Config;
  try {
    config = readConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [node, ...wrongSettings(error.mistakes), ...misspelt];
  }
  const patient: Patient = { config, service: await findService(config.dataDir) };
  const [disk, database, ports, certificate, spool, backups, service] = await Promise.all([
    checkDisk(patient),
    checkDatabase(patient),
    checkPorts(patient),
    checkTls(patient),
    checkSpool(patient),
    checkBackups(patient),
    checkService(patient),
  ]);
  const growth = await checkGrowth(patient, database);
  const clock = await checkClock(config, database.health);
  const looks = [disk, growth, database.findings, clock, ports, certificate, spool, backups, service];
  return [node, ...misspelt, ...checkSettings(config), ...looks.flat()];
}

/** What a service that was killed has left is not believed. */
async function findService(dataDir: string): Promise<LeftAddresses | undefined> {
  const left = await readLeftAddresses(dataDir);
  return left !== undefined && isAlive(left.pid) ? left : undefined;
}

/** The disk of the embedded database; of another one nobody here knows. */
async function checkGrowth({ config }: Patient, { health }: CheckedDatabase): Promise<readonly Finding[]> {
  const growth = health?.kept?.growthBytesPerDay ?? 0;
  if (config.databaseUrl !== undefined || growth <= 0) return [];
  const { bavail, bsize } = await statfs(config.dataDir);
  const days = Math.floor((bavail * bsize) / growth);
  if (days >= FEW_DAYS) return [];
  const advice = 'Free some room on it, or let old readings go: RETENTION_RAW, MAX_DATABASE_SIZE.';
  return [
    warning('disk', `It will be full in ${days} days, if the database goes on to grow as it does.`, advice),
  ];
}
