import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { bytesText } from '../../telemetry/bytes-text.ts';
import { type Finding, ok, type Patient, warning } from './finding.ts';

const CHECK = 'spool';
/** A store takes so much with nothing, or next to nothing, in it. */
const LITTLE_BYTES = 4_500_000;
const NEARLY_FULL = 0.8;

/** What its files take; it can't be looked into from outside, for one process alone may open it. */
export async function checkSpool({ config, service }: Patient): Promise<readonly Finding[]> {
  const bytes = await sizeOf(path.join(config.dataDir, 'spool'));
  if (bytes > config.spoolMaxBytes * NEARLY_FULL) {
    const advice =
      'See why the database does not take readings; when it is full, stations have to keep theirs (SPOOL_MAX_BYTES).';
    return [warning(CHECK, `Its files take ${bytesText(bytes)}: it is nearly full.`, advice)];
  }
  if (bytes <= LITTLE_BYTES) return [ok(CHECK, 'Little or nothing waits in it.')];
  const when = service === undefined ? 'at the next start' : 'by the service';
  return [ok(CHECK, `Its files take ${bytesText(bytes)}; what waits in it is written ${when}.`)];
}

async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(path.join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
