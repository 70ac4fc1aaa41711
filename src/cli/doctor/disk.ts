import { statfs } from 'node:fs/promises';
import { bytesText } from '../../telemetry/bytes-text.ts';
import { allWell, type Finding, type Patient, problem, warning } from './finding.ts';
import { nearestFolder, notWritable } from './folder.ts';

const CHECK = 'disk';
/** The spool takes nothing when less is free. */
const NO_BYTES = 16 * 1024 * 1024;
const FEW_BYTES = 500e6;
const FEW_FILES = 1_000;

/** The disk of DATA_DIR: whether it can be written, and what is left on it. */
export async function checkDisk({ config: { dataDir } }: Patient): Promise<readonly Finding[]> {
  const folder = await nearestFolder(dataDir);
  const isThere = folder === dataDir;
  const trouble = await notWritable(folder);
  if (trouble !== undefined) {
    const advice =
      'Run this as the user who runs the service, or choose a DATA_DIR that this user can write to.';
    return [problem(CHECK, `DATA_DIR ${dataDir} can't be used: ${trouble}.`, advice)];
  }
  const { bavail, bsize, files, ffree } = await statfs(folder);
  const free = bavail * bsize;
  const findings: Finding[] = [];
  const advice =
    'Free some room on it, let old readings go (RETENTION_RAW), or move DATA_DIR to a larger disk.';
  if (free < NO_BYTES)
    findings.push(problem(CHECK, `The disk of ${dataDir} is full: ${bytesText(free)} left.`, advice));
  else if (free < FEW_BYTES)
    findings.push(warning(CHECK, `Only ${bytesText(free)} are left on the disk of ${dataDir}.`, advice));
  // Some file systems have as many as they like, and count none.
  if (files > 0 && ffree < FEW_FILES) {
    const says = `Only ${ffree} more files can be made on the disk of ${dataDir}.`;
    findings.push(
      (ffree === 0 ? problem : warning)(CHECK, says, 'Delete small files on it that nobody needs.'),
    );
  }
  const says = isThere
    ? `${bytesText(free)} are free for ${dataDir}.`
    : `There is no ${dataDir} yet: the first start makes it; ${bytesText(free)} are free.`;
  return allWell(CHECK, findings, says);
}
