import { resolve } from 'node:path';
import proxyAddr from 'proxy-addr';
import { type Environment, integer, Mistake, type Setting } from './setting.ts';

/** A whole number with bounds, as most limits are. */
export function count(
  env: string,
  [initial, least, most]: readonly [initial: number, least: number, most?: number],
  description: string,
): Setting<number> {
  return {
    env,
    default: String(initial),
    allowed: most === undefined ? `${least} or more` : `${least} to ${most}`,
    description,
    read: (text) => integer(text ?? String(initial), least, most),
  };
}

/** The same in seconds, as they are set; in milliseconds, as they are used. */
export function seconds(
  env: string,
  bounds: readonly [initial: number, least: number, most: number],
  description: string,
): Setting<number> {
  const setting = count(env, bounds, description);
  return { ...setting, read: (text, environment) => setting.read(text, environment) * 1000 };
}

const BYTE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
};

/**
 * `20GB`, `1.5 TB`, `64GiB`, or a number of bytes; decimal unless it says otherwise, as disks are sold.
 * @throws Mistake
 */
export function bytes(text: string, least: number): number {
  const [, number = '', unit = ''] = /^(\d{1,15}(?:\.\d{1,6})?) ?([A-Za-z]*)$/.exec(text) ?? [];
  const factor = Object.hasOwn(BYTE_UNITS, unit) ? BYTE_UNITS[unit] : undefined;
  if (number === '' || factor === undefined) throw new Mistake('not a size such as 20GB, 1.5TB or 64GiB');
  const size = Math.round(Number(number) * factor);
  if (size < least) throw new Mistake(`less than ${least / 1e6}MB`);
  if (size > Number.MAX_SAFE_INTEGER) throw new Mistake('more than any disk holds');
  return size;
}

/** @throws Mistake */
export function port(text: string): number {
  const number = Number(text);
  if (!/^\d{1,5}$/.test(text) || number > 65_535) throw new Mistake('not a port from 0 to 65535');
  return number;
}

/**
 * A port that is off unless it is set.
 * @throws Mistake
 */
export function tlsPort(text: string | undefined, env: Environment): number | undefined {
  if (text === undefined) return undefined;
  if (!env['TLS_CERT_FILE'] && !env['TLS_KEY_FILE']) {
    throw new Mistake('needs a certificate: set TLS_CERT_FILE and TLS_KEY_FILE');
  }
  return port(text);
}

/**
 * One of the two files of a certificate; they come as a pair.
 * @throws Mistake
 */
export function tlsFile(text: string | undefined, env: Environment, other: string): string | undefined {
  if (text === undefined && env[other]) throw new Mistake(`not set, and ${other} is of no use alone`);
  return text === undefined ? undefined : resolve(text);
}

/**
 * Origins as browsers send them, in lower case and without a default port.
 * @throws Mistake
 */
export function origins(text: string | undefined): readonly string[] {
  return listed(text).map((entry) => {
    const origin = URL.canParse(entry) ? new URL(entry) : undefined;
    if (origin === undefined || !/^https?:$/.test(origin.protocol) || !isOriginAlone(origin)) {
      throw new Mistake(`${entry} is not an origin such as https://example.org`);
    }
    return origin.origin;
  });
}

function isOriginAlone({ href, origin }: URL): boolean {
  return href === `${origin}/`;
}

/**
 * Addresses and networks, of which `loopback` is one.
 * @throws Mistake
 */
export function networks(text: string | undefined): readonly string[] {
  return listed(text).map((entry) => {
    try {
      proxyAddr.compile([entry]);
      return entry;
    } catch {
      throw new Mistake(`${entry} is neither an address, nor a network such as 10.0.0.0/8, nor loopback`);
    }
  });
}

/** The topic that Home Assistant looks below unless it was told otherwise. */
const DISCOVERY_PREFIX = 'homeassistant';
/** Others have a meaning here. */
const TAKEN_PREFIXES = new Set(['stations', 'live', 'channels']);

/**
 * `undefined`: off.
 * @throws Mistake
 */
export function discoveryPrefix(text: string | undefined): string | undefined {
  if (text === undefined || text === 'false') return undefined;
  if (text === 'true') return DISCOVERY_PREFIX;
  if (TAKEN_PREFIXES.has(text)) throw new Mistake(`${text}/ is where this service has other topics`);
  if (/^[A-Za-z0-9_-]{1,64}$/.test(text)) return text;
  throw new Mistake(
    "neither true, nor false, nor Home Assistant's discovery prefix: letters, digits, _ and -",
  );
}

/** @throws Mistake */
function listed(text: string | undefined): readonly string[] {
  if (text === undefined) return [];
  const entries = text.split(',').map((entry) => entry.trim());
  if (entries.includes('')) throw new Mistake('has nothing between two commas, or at an end');
  return entries;
}
