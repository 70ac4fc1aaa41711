import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { BACKUP_SETTINGS, type BackupSettings } from './backup-settings.ts';
import type { BrokerLimits } from './broker/limits.ts';
import { HTTP_LIMIT_SETTINGS } from './http-limit-settings.ts';
import { LIMIT_SETTINGS } from './limit-settings.ts';
import { RETENTION_SETTINGS, type RetentionSettings } from './retention-settings.ts';
import { parseUnitSystem, type UnitSystem } from './telemetry/unit-system.ts';
import { boolean, type Environment, integer, Mistake, oneOf, type Setting } from './setting.ts';
import { discoveryPrefix, networks, origins, port, tlsFile, tlsPort } from './setting-values.ts';
import type { WebLimits } from './web/http-limits.ts';
import { LANGUAGES, type Language } from './web/languages.ts';

/** The settings of a running service, checked. Each is described in {@link SETTINGS}. */
export interface Config extends BrokerLimits, WebLimits, RetentionSettings, BackupSettings {
  readonly host: string;
  readonly httpPort: number;
  readonly mqttPort: number;
  /** `undefined`: off. */
  readonly httpsPort: number | undefined;
  /** `undefined`: off. */
  readonly mqttsPort: number | undefined;
  /** Absolute path; set if {@link tlsKeyFile} is. */
  readonly tlsCertFile: string | undefined;
  readonly tlsKeyFile: string | undefined;
  readonly tlsOldBoards: boolean;
  /** Of pages that may use MQTT over WebSocket, beside our own. */
  readonly allowedOrigins: readonly string[];
  /** Addresses and networks whose X-Forwarded-For is believed. */
  readonly trustProxy: readonly string[];
  /** Absolute path. */
  readonly dataDir: string;
  /** `undefined`: the embedded PostgreSQL. */
  readonly databaseUrl: string | undefined;
  /** How much the spool may hold. */
  readonly spoolMaxBytes: number;
  /** How long an orderly stop may take. */
  readonly shutdownTimeoutMs: number;
  readonly allowAnonymous: boolean;
  /** The topic below which Home Assistant is told of the stations; `undefined`: it is not. */
  readonly homeAssistant: string | undefined;
  readonly isPrivate: boolean;
  /** Of pages that may frame ours. */
  readonly frameAncestors: readonly string[];
  readonly httpMaxBodyBytes: number;
  /** Of each address; 0: no limit. */
  readonly httpMaxWritesPerSecond: number;
  /** Of each address. */
  readonly wrongSecretsPerMinute: number;
  readonly units: UnitSystem;
  /** Of pages until a visitor chooses; `undefined`: that of their browser. */
  readonly pageLanguage: Language | undefined;
  readonly timeZone: string;
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
  host: {
    env: 'HOST',
    isCommon: true,
    default: '127.0.0.1',
    allowed: 'an IP address or a host name',
    description: 'The address to listen on. `0.0.0.0` for all; read about `ALLOW_ANONYMOUS` first.',
    read: (text) => text ?? '127.0.0.1',
  },
  httpPort: {
    env: 'HTTP_PORT',
    isCommon: true,
    default: '3000',
    allowed: '0 to 65535',
    description: 'The port of pages and API. `0` takes a free one; the start-up lines say which.',
    read: (text) => port(text ?? '3000'),
  },
  mqttPort: {
    env: 'MQTT_PORT',
    isCommon: true,
    default: '1883',
    allowed: '0 to 65535',
    description: 'The port of the MQTT broker. `0` takes a free one.',
    read: (text) => port(text ?? '1883'),
  },
  httpsPort: {
    env: 'HTTPS_PORT',
    default: '',
    allowed: '0 to 65535',
    description:
      'The port of pages and API with TLS, beside the plain one; `docs/tls.md` tells all about it. `0` takes a free one. Unset: off.',
    read: tlsPort,
  },
  mqttsPort: {
    env: 'MQTTS_PORT',
    default: '',
    allowed: '0 to 65535',
    description:
      'The port of the MQTT broker with TLS, beside the plain one; 8883 is usual. `0` takes a free one. Unset: off.',
    read: tlsPort,
  },
  tlsCertFile: {
    env: 'TLS_CERT_FILE',
    default: '',
    allowed: 'a PEM file',
    description: 'The certificate for both, with its chain. It is read again when it changes.',
    read: (text, env) => tlsFile(text, env, 'TLS_KEY_FILE'),
  },
  tlsKeyFile: {
    env: 'TLS_KEY_FILE',
    default: '',
    allowed: 'a PEM file, not encrypted',
    description: 'The private key of the certificate.',
    read: (text, env) => tlsFile(text, env, 'TLS_CERT_FILE'),
  },
  tlsOldBoards: {
    env: 'TLS_OLD_BOARDS',
    default: 'false',
    allowed: '`true` or `false`',
    description:
      'Whether boards may connect that know no forward secrecy, such as an ESP8266 with MicroPython. Needs a certificate with an RSA key; `docs/tls.md` says what it weakens.',
    read: (text) => boolean(text ?? 'false'),
  },
  allowedOrigins: {
    env: 'ALLOWED_ORIGINS',
    default: '',
    allowed: 'origins such as `https://example.org`, separated by commas',
    description: 'Whose pages may use MQTT over WebSocket in a browser, beside our own.',
    read: origins,
  },
  trustProxy: {
    env: 'TRUST_PROXY',
    default: '',
    allowed: 'addresses, networks such as `10.0.0.0/8`, or `loopback`, separated by commas',
    description:
      "The reverse proxies in front of HTTP: only from them is `X-Forwarded-For` taken for the client's address.",
    read: networks,
  },
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
  allowAnonymous: {
    env: 'ALLOW_ANONYMOUS',
    isCommon: true,
    default: '',
    allowed: '`true` or `false`',
    description:
      'Whether everyone may publish and subscribe without a credential. Unset: only while `HOST` is this machine itself, `TRUST_PROXY` names nobody and `PRIVATE` is off.',
    read: (text, env) => (text === undefined ? isAmongOurselves(env) : boolean(text)),
  },
  isPrivate: {
    env: 'PRIVATE',
    isCommon: true,
    default: 'false',
    allowed: '`true` or `false`',
    description:
      'Whether pages and JSON are only for those who log in or show a secret. Otherwise whoever reaches them may read.',
    read: (text) => boolean(text ?? 'false'),
  },
  homeAssistant: {
    env: 'HOME_ASSISTANT',
    default: 'false',
    allowed: '`true`, `false`, or the discovery prefix that Home Assistant was given',
    description:
      'Whether Home Assistant, connected to this broker, finds every series as a sensor by itself, by MQTT discovery (`true`: below `homeassistant/`). `docs/home-assistant.md` tells all about it.',
    read: discoveryPrefix,
  },
  frameAncestors: {
    env: 'FRAME_ANCESTORS',
    default: '',
    allowed: 'origins such as `http://homeassistant.local:8123`, separated by commas',
    description:
      'Whose pages may show ours in a frame, a dashboard say. With `PRIVATE` a frame shows the login page alone.',
    read: origins,
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
    isCommon: true,
    default: 'metric',
    allowed: '`metric` or `imperial`, with other units behind it as in `metric,km/h`',
    description: 'What pages show until a visitor chooses. Stored values keep their own unit.',
    read: (text) => unitSystem(text ?? 'metric'),
  },
  pageLanguage: {
    env: 'PAGE_LANGUAGE',
    default: '',
    allowed: LANGUAGES.map((language) => `\`${language}\``).join(' or '),
    description:
      'The language of the pages until a visitor chooses. Unset: what their browser asks for, or else English.',
    read: (text) => (text === undefined ? undefined : oneOf(LANGUAGES, text)),
  },
  timeZone: {
    env: 'TIME_ZONE',
    isCommon: true,
    default: '',
    allowed: 'an IANA name such as `Europe/Paris`',
    description:
      'The time zone that pages show times in, and whose days history is summed up by; the same for all nodes. Unset: that of this machine.',
    read: (text) => timeZone(text ?? Intl.DateTimeFormat().resolvedOptions().timeZone),
  },
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

/** Whether only this machine can reach the service: not through a proxy either, and nobody wants it locked. */
function isAmongOurselves(env: Environment): boolean {
  const isPrivate = env['PRIVATE'] === 'true';
  return isLoopback(env['HOST'] || '127.0.0.1') && !env['TRUST_PROXY'] && !isPrivate;
}

/** Whether only this machine can reach the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function unitSystem(text: string): UnitSystem {
  const units = parseUnitSystem(text);
  if (units === undefined) throw new Mistake('not metric, imperial, or a list such as metric,km/h,inHg');
  return units;
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
