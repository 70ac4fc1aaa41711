import { rmSync } from 'node:fs';
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from 'pino';
import type { Releasers } from './releasers.ts';

/** Where a service is reached. */
export interface ServiceAddresses {
  /** As it was told to listen, so perhaps all of them. */
  readonly host: string;
  readonly httpPort: number;
  readonly mqttPort: number;
  /** `undefined`: off. */
  readonly httpsPort: number | undefined;
  readonly mqttsPort: number | undefined;
}

/** What a service has left, which may have ended since without a chance to take it back. */
export interface LeftAddresses extends ServiceAddresses {
  readonly pid: number;
  /** When it was up. */
  readonly leftAt: Date;
}

/** Everybody on the machine may know: no secret is among them. */
const FILE = 'addresses.json';

/** Leaves the addresses in DATA_DIR, for commands that are run beside the service, until it stops. */
export async function leaveAddresses(
  dataDir: string,
  addresses: ServiceAddresses,
  log: Pick<Logger, 'warn'>,
  releasers: Releasers,
): Promise<void> {
  const file = path.join(dataDir, FILE);
  const left: Omit<LeftAddresses, 'leftAt'> = { ...addresses, pid: process.pid };
  // At once, for clients are served until what comes next in a stop.
  releasers.push(() => {
    try {
      rmSync(file, { force: true });
    } catch {
      // On a disk that can't be written it stays, and is known by its process to be of the past.
    }
  });
  try {
    const draft = `${file}.new`;
    await writeFile(draft, `${JSON.stringify(left)}\n`);
    await rename(draft, file);
  } catch (error) {
    log.warn({ err: error }, `${FILE} could not be written: commands can't tell where this service is`);
  }
}

/** @returns `undefined` when there are none, or none that make sense */
export async function readLeftAddresses(dataDir: string): Promise<LeftAddresses | undefined> {
  const file = path.join(dataDir, FILE);
  try {
    const found: unknown = JSON.parse(await readFile(file, 'utf8'));
    const { mtime: leftAt } = await stat(file);
    if (typeof found !== 'object' || found === null) return undefined;
    const { pid, host, httpPort, mqttPort, httpsPort, mqttsPort }: Record<string, unknown> = { ...found };
    if (typeof host !== 'string' || !isNumber(pid) || !isNumber(httpPort) || !isNumber(mqttPort)) {
      return undefined;
    }
    return {
      pid,
      leftAt,
      host,
      httpPort,
      mqttPort,
      httpsPort: isNumber(httpsPort) ? httpsPort : undefined,
      mqttsPort: isNumber(mqttsPort) ? mqttsPort : undefined,
    };
  } catch {
    return undefined;
  }
}

function isNumber(value: unknown): value is number {
  return Number.isInteger(value);
}
