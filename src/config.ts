import { resolve } from 'node:path';
import type { BrokerLimits } from './broker/limits.ts';
import { ACCESS_SETTINGS, type AccessSettings } from './settings/access.ts';
import { BACKUP_SETTINGS, type BackupSettings } from './settings/backups.ts';
import { LIMIT_SETTINGS } from './settings/broker-limits.ts';
import { HTTP_LIMIT_SETTINGS } from './settings/http-limits.ts';
import { LISTEN_SETTINGS, type ListenSettings } from './settings/listening.ts';
import { PAGE_SETTINGS, type PageSettings } from './settings/pages.ts';
import { RETENTION_SETTINGS, type RetentionSettings } from './settings/retention.ts';
import { type Environment, integer, Mistake, oneOf, type Setting } from './settings/setting.ts';
import { discoveryPrefix } from './settings/values.ts';
import type { WebLimits } from './web/http-limits.ts';

/** The settings of a running service, checked. Each is described in {@link SETTINGS}. */
export interface Config
  extends ListenSettings,
    RetentionSettings,
    BackupSettings,
    AccessSettings,
    PageSettings,
    BrokerLimits,
    WebLimits {
  /** Absolute path. */
  readonly dataDir: string;
  /** `undefined`: the embedded PostgreSQL. */
  readonly databaseUrl: string | undefined;
  /** How much the spool may hold. */
  readonly spoolMaxBytes: number;
  /** How long an orderly stop may take. */
  readonly shutdownTimeoutMs: number;
  /** The topic below which Home Assistant is told of the stations; `undefined`: it is not. */
  readonly homeAssistant: string | undefined;
  readonly httpMaxBodyBytes: number;
  /** Of each address; 0: no limit. */
  readonly httpMaxWritesPerSecond: number;
  readonly logLevel: LogLevel;
}

export type LogLevel = (typeof LOG_LEVELS)[number];
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

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
  ...LISTEN_SETTINGS,
  dataDir: {
    env: 'DATA_DIR',
    isCommon: true,
    default: './data',
    allowed: 'a folder; made if it is missing',
    description:
      'Where everything that must last is kept: the embedded PostgreSQL, readings that wait in the spool for a database of your own, MQTT sessions and retained messages. Each Thermograph needs its own.',
    read: (text) => resolve(text ?? './data'),
  },
  databaseUrl: {
    env: 'DATABASE_URL',
    isCommon: true,
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
  ...RETENTION_SETTINGS,
  ...BACKUP_SETTINGS,
  ...ACCESS_SETTINGS,
  homeAssistant: {
    env: 'HOME_ASSISTANT',
    default: 'false',
    allowed: '`true`, `false`, or the discovery prefix that Home Assistant was given',
    description:
      'Whether Home Assistant, connected to this broker, finds every series as a sensor by itself, by MQTT discovery (`true`: below `homeassistant/`). `docs/home-assistant.md` tells all about it.',
    read: discoveryPrefix,
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
  ...HTTP_LIMIT_SETTINGS,
  ...PAGE_SETTINGS,
  logLevel: {
    env: 'LOG_LEVEL',
    default: 'info',
    allowed: LOG_LEVELS.map((level) => `\`${level}\``).join(', '),
    description: 'The least severe log lines to write (to standard error, as JSON).',
    read: (text) => oneOf(LOG_LEVELS, text ?? 'info'),
  },
  ...LIMIT_SETTINGS,
};

const PORTS = ['httpPort', 'mqttPort', 'httpsPort', 'mqttsPort'] as const;

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
      const shown = setting.secret || !text ? '' : `=${JSON.stringify(text)}`;
      mistakes.push(`${setting.env}${shown}: ${error.message}`);
      return [key, undefined];
    }
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- SCHEMA has exactly the keys of Config
  const config = Object.fromEntries(entries) as Config;
  mistakes.push(...sharedPorts(config));
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return config;
}

/** Two listeners can't have one port; those that are 0 get one each. */
function sharedPorts(config: Config): readonly string[] {
  const ports = PORTS.map((key) => ({ env: SCHEMA[key].env, port: config[key] }));
  return ports.flatMap(({ env, port: taken }, index) => {
    const earlier = ports.slice(0, index).find((other) => other.port === taken);
    return taken && earlier ? [`${env}: ${taken} is that of ${earlier.env}, too; each needs its own`] : [];
  });
}

function databaseUrl(text: string): string {
  if (!/^postgres(?:ql)?:\/\//.test(text)) throw new Mistake('does not begin with postgres://');
  return text;
}
