import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** A backup that the schedule has made. */
export interface KeptFile {
  readonly file: string;
  /** When it was begun. */
  readonly at: Date;
}

const NAME = /^thermograph-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.tar\.gz$/;
const DRAFT = /^thermograph-\d{8}T\d{6}Z\.tar\.gz\.[0-9a-f]{8}\.part$/;
/** Nobody writes to it any more: its process was killed. */
const DEAD_AFTER_MS = 3_600_000;
/** How far the clocks of nodes that share a folder may be apart. */
const MOST_AHEAD_MS = 3_600_000;

/** `thermograph-20261129T033000Z.tar.gz` */
export function keptName(at: Date): string {
  return `thermograph-${at.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z.tar.gz`;
}

/**
 * The newest first. What a clock that was ahead has dated does not count, as long as that time has not come: it would stand for all
 * backups until then, and have those that are made removed.
 * @throws what the file system reports
 */
export async function listKept(folder: string, now: number): Promise<readonly KeptFile[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && NAME.test(entry.name))
    .map(({ name }) => {
      const time = name.replace(NAME, '$1-$2-$3T$4:$5:$6Z');
      return { file: path.join(folder, name), at: new Date(time) };
    })
    .filter(({ at }) => at.getTime() <= now + MOST_AHEAD_MS)
    .toSorted((a, b) => b.at.getTime() - a.at.getTime());
}

/** Removes all but the newest. @throws what the file system reports */
export async function keepNewest(folder: string, keep: number, now: number): Promise<void> {
  for (const { file } of (await listKept(folder, now)).slice(keep)) await rm(file, { force: true });
}

/** Removes what processes that were killed have left half-written. @throws what the file system reports */
export async function removeDeadDrafts(folder: string, now: number): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!DRAFT.test(name)) continue;
    const file = path.join(folder, name);
    const found = await stat(file).catch(() => undefined);
    if (found !== undefined && now - found.mtimeMs > DEAD_AFTER_MS) await rm(file, { force: true });
  }
}
