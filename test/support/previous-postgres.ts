import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { pino } from 'pino';
import type { Binaries } from '../../src/storage/embedded/binaries.ts';
import { startEmbeddedServer, type EmbeddedServer } from '../../src/storage/embedded/server.ts';
import { previousBinaries, previousFolder } from '../../src/storage/embedded/upgrade/previous-binaries.ts';

/** Kept from one run to the next, like what npm installs. */
const KEPT_IN = path.resolve('node_modules/.cache/thermograph');
export const PREVIOUS_MAJOR = '17';

/** The programs of the major version before ours, fetched as the service fetches them. */
export async function fetchPrevious(): Promise<Binaries> {
  await mkdir(KEPT_IN, { recursive: true });
  const site = { dataDir: KEPT_IN, log: pino({ level: 'silent' }) };
  return previousBinaries(site, PREVIOUS_MAJOR, new AbortController().signal);
}

/** Puts them where the service looks. */
export async function offerPrevious(dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  await symlink(previousFolder(KEPT_IN, PREVIOUS_MAJOR), previousFolder(dataDir, PREVIOUS_MAJOR));
}

/** A server of that version, as a Thermograph of then would have started it. */
export function startPrevious(dataDir: string, { postgres }: Binaries): Promise<EmbeddedServer> {
  const packageRoot = path.resolve(path.dirname(postgres), '../..');
  return startEmbeddedServer({ dataDir, packageRoot, log: pino({ level: 'silent' }) });
}
