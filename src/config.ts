import { isIP } from 'node:net';
import { resolve } from 'node:path';

/** The settings of a running service, checked. Each is described in {@link SETTINGS}. */
export interface Config {
  readonly host: string;
  readonly httpPort: number;
  readonly mqttPort: number;
  /** Absolute path. */
  readonly dataDir: string;
  /** `undefined`: the embedded PostgreSQL. */
  readonly databaseUrl: string | undefined;
  /** How much the spool may hold. */
  readonly spoolMaxBytes: number;
  /** How long an orderly stop may take. */
  readonly shutdownTimeoutMs: number;
  readonly allowAnonymous: boolean;
  readonly isPrivate: boolean;
  /** Of pages that may frame ours. */
  readonly frameAncestors: readonly string[];
  readonly httpMaxBodyBytes: number;
  /** Of each address; 0: no limit. */
  readonly httpMaxWritesPerSecond: number;
  /** Of each address. */
  readonly wrongSecretsPerMinute: number;
  readonly units: 'metric' | 'imperial';
  readonly timeZone: string;
  readonly logLevel: LogLevel;
}

export type LogLevel = (typeof LOG_LEVELS)[number];
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** One setting: its environment variable, what it means, and how its text is read. */
interface Setting<T> {
  readonly env: string;
  /** As the documentation shows it; the text that is read when the variable is not set or empty, if `read` takes it. */
  readonly default: string;
  readonly allowed: string;
  readonly description: string;
  /** Never shown in an error. */
  readonly secret?: true;
  /** Returns the value, or throws {@link Mistake} with what is wrong. */
  readonly read: (text: string | undefined, env: Environment) => T;
}

type Environment = Readonly<Record<string, string | undefined>>;

class Mistake extends Error {}

/** All mistakes in the settings, in one error, for a person to read. */
export class ConfigError extends Error {
  readonly code = 'config-invalid';
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(`The settings can't be used:\n${mistakes.map((mistake) => `  - ${mistake}`).join('\n')}`);
    this.name = 'ConfigError';
    this.mistakes = mistakes;
  }
}

const SCHEMA: { readonly [Key in keyof Config]: Setting<Config[Key]> } = {
  host: {
    env: 'HOST',
    default: '127.0.0.1',
    allowed: 'an IP address or a host name',
    description: 'The address to listen on. `0.0.0.0` for all; read about `ALLOW_ANONYMOUS` first.',
    read: (text) => text ?? '127.0.0.1',
  },
  httpPort: {
    env: 'HTTP_PORT',
    default: '3000',
    allowed: '0 to 65535',
    description: 'The port of pages and API. `0` takes a free one; the start-up lines say which.',
    read: (text) => port(text ?? '3000'),
  },
  mqttPort: {
    env: 'MQTT_PORT',
    default: '1883',
    allowed: '0 to 65535',
    description: 'The port of the MQTT broker. `0` takes a free one.',
    read: (text) => port(text ?? '1883'),
  },
  dataDir: {
    env: 'DATA_DIR',
    default: './data',
    allowed: 'a folder; made if it is missing',
    description:
      'Where everything that must last is kept: the embedded PostgreSQL, readings that wait in the spool for a database of your own, MQTT sessions and retained messages. Each Thermograph needs its own.',
    read: (text) => resolve(text ?? './data'),
  },
  databaseUrl: {
    env: 'DATABASE_URL',
    default: '',
    allowed: '`postgres://user:password@host:5432/database`',
    secret: true,
    description: 'A PostgreSQL (14 or newer) of your own. Unset: the embedded one, in `DATA_DIR`.',
    read: (text) => (text === undefined ? undefined : databaseUrl(text)),
  },
  spoolMaxBytes: {
    env: 'SPOOL_MAX_BYTES',
    default: '1073741824',
    allowed: '1048576 (1 MiB) or more',
    description:
      'How much may be kept in `DATA_DIR/spool` while the database is away, in bytes. When it is full, stations get no acknowledgement and have to keep their readings.',
    read: (text) => integer(text ?? '1073741824', 1_048_576),
  },
  shutdownTimeoutMs: {
    env: 'SHUTDOWN_TIMEOUT',
    default: '10',
    allowed: '1 to 3600',
    description: 'How long an orderly stop may take, in seconds; then it is ended by force.',
    read: (text) => integer(text ?? '10', 1, 3600) * 1000,
  },
  allowAnonymous: {
    env: 'ALLOW_ANONYMOUS',
    default: '',
    allowed: '`true` or `false`',
    description:
      'Whether stations may publish without credentials. Unset: only while `HOST` is this machine itself.',
    read: (text, env) => (text === undefined ? isLoopback(env['HOST'] || '127.0.0.1') : boolean(text)),
  },
  isPrivate: {
    env: 'PRIVATE',
    default: 'false',
    allowed: '`true` or `false`',
    description:
      'Whether pages and JSON are only for those who log in or show a secret. Otherwise whoever reaches them may read.',
    read: (text) => boolean(text ?? 'false'),
  },
  frameAncestors: {
    env: 'FRAME_ANCESTORS',
    default: '',
    allowed: 'origins such as `http://homeassistant.local:8123`, separated by commas',
    description:
      'Whose pages may show ours in a frame, a dashboard say. With `PRIVATE` a frame shows the login page alone.',
    read: (text) => (text === undefined ? [] : text.split(',').map((part) => origin(part.trim()))),
  },
  httpMaxBodyBytes: {
    env: 'HTTP_MAX_BODY_BYTES',
    default: '262144',
    allowed: '1024 to 16777216',
    description: 'The largest message that may be posted over HTTP, in bytes.',
    read: (text) => integer(text ?? '262144', 1024, 16_777_216),
  },
  httpMaxWritesPerSecond: {
    env: 'HTTP_MAX_WRITES_PER_SECOND',
    default: '1000',
    allowed: '0 (no limit) or more',
    description:
      'How many requests that post or log in are taken a second from one address: a guard against floods. All who come through a proxy that is not trusted share one.',
    read: (text) => integer(text ?? '1000', 0),
  },
  wrongSecretsPerMinute: {
    env: 'WRONG_SECRETS_PER_MINUTE',
    default: '20',
    allowed: '1 or more',
    description:
      'How many wrong secrets an address may show a minute before it is told to wait. A right one is always taken.',
    read: (text) => integer(text ?? '20', 1),
  },
  units: {
    env: 'UNITS',
    default: 'metric',
    allowed: '`metric` or `imperial`',
    description: 'What pages show until a visitor chooses. Stored values keep their own unit.',
    read: (text) => oneOf(['metric', 'imperial'] as const, text ?? 'metric'),
  },
  timeZone: {
    env: 'TIME_ZONE',
    default: '',
    allowed: 'an IANA name such as `Europe/Paris`',
    description: 'The time zone that pages show times in. Unset: that of this machine.',
    read: (text) => timeZone(text ?? Intl.DateTimeFormat().resolvedOptions().timeZone),
  },
  logLevel: {
    env: 'LOG_LEVEL',
    default: 'info',
    allowed: LOG_LEVELS.map((level) => `\`${level}\``).join(', '),
    description: 'The least severe log lines to write (to standard error, as JSON).',
    read: (text) => oneOf(LOG_LEVELS, text ?? 'info'),
  },
};

/** Every setting, in the order of the documentation. */
export const SETTINGS: readonly Omit<Setting<unknown>, 'read'>[] = Object.values(SCHEMA);

/**
 * Reads the settings out of the environment. An empty variable counts as not set.
 * @throws ConfigError that lists every mistake at once.
 */
export function readConfig(env: Environment): Config {
  const mistakes: string[] = [];
  const entries = Object.entries(SCHEMA).map(([key, setting]: [string, Setting<unknown>]) => {
    const text = env[setting.env];
    try {
      return [key, setting.read(text === '' ? undefined : text, env)];
    } catch (error) {
      if (!(error instanceof Mistake)) throw error;
      mistakes.push(`${setting.env}${setting.secret ? '' : `=${JSON.stringify(text)}`}: ${error.message}`);
      return [key, undefined];
    }
  });
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- SCHEMA has exactly the keys of Config
  return Object.fromEntries(entries) as Config;
}

/** Whether only this machine can reach the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function port(text: string): number {
  const number = Number(text);
  if (!/^\d{1,5}$/.test(text) || number > 65_535) throw new Mistake('not a port from 0 to 65535');
  return number;
}

function integer(text: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
  const number = Number(text);
  if (!/^\d{1,16}$/.test(text) || number < least || number > most) {
    throw new Mistake(
      most === Number.MAX_SAFE_INTEGER
        ? `not a whole number of at least ${least}`
        : `not a whole number from ${least} to ${most}`,
    );
  }
  return number;
}

function boolean(text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  throw new Mistake('neither true nor false');
}

function oneOf<T extends string>(allowed: readonly T[], text: string): T {
  const found = allowed.find((value) => value === text);
  if (found === undefined) throw new Mistake(`not one of ${allowed.join(', ')}`);
  return found;
}

function origin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.href !== `${url.origin}/`) {
    throw new Mistake('not origins such as https://example.org, separated by commas');
  }
  return url.origin;
}

function timeZone(text: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    throw new Mistake('not a time zone such as Europe/Paris');
  }
}

function databaseUrl(text: string): string {
  if (!/^postgres(?:ql)?:\/\//.test(text)) throw new Mistake('does not begin with postgres://');
  return text;
}
