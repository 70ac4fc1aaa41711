import { Writable } from 'node:stream';
import { destination, type Logger, type LoggerOptions, levels, pino, stdSerializers } from 'pino';
import type { LogLevel } from './config.ts';

const STDERR = 2;

const REMOVED = '[removed]';
const SECRET_HEADERS = [
  '["authorization"]',
  '["proxy-authorization"]',
  '["cookie"]',
  '["set-cookie"]',
  '["thingspeakapikey"]',
  '["x-thingspeakapikey"]',
];
/** Where headers are found: in a line itself, in what it names, in a request that it names. */
const PLACES = ['', 'headers', '*', '*.headers'];
const SECRET_PARAMETERS =
  /([?&/](?:api_?key|write_api_key|key|(?:access_)?token|secret|password)=)(?:[^&\s"\\#]|\\.)*/gi;
const BEARER_SECRETS = /\b(Bearer )[\w.~+/=-]+/gi;

/** No line holds a secret, whoever writes it: neither as a header, nor in an address, nor in the text of an error. */
export function logOptions(level: LogLevel): LoggerOptions {
  return {
    level,
    base: null,
    serializers: { err: stdSerializers.err },
    redact: {
      paths: PLACES.flatMap((place) => SECRET_HEADERS.map((header) => place + header)),
      censor: REMOVED,
    },
    hooks: {
      streamWrite: (line) =>
        line.replace(SECRET_PARAMETERS, `$1${REMOVED}`).replace(BEARER_SECRETS, `$1${REMOVED}`),
    },
  };
}

/** The log, on standard error: one JSON document a line for machines, or plain lines where a person is watching. */
export function createLog(level: LogLevel, isTerminal: boolean): Logger {
  const options = logOptions(level);
  const stderr = destination({ fd: STDERR, sync: true });
  if (!isTerminal) return pino(options, stderr);
  const lines = new Writable({
    write(line: Buffer, _encoding, done) {
      stderr.write(plainLine(line.toString()));
      done();
    },
  });
  return pino(options, lines);
}

/** `12:34:56 warn  the database did not take a batch; trying again  messages=3 delayMs=100` */
export function plainLine(json: string): string {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- pino writes one object a line
  const { level, time, msg, err, ...rest } = JSON.parse(json) as Record<string, unknown>;
  const clock = new Date(Number(time)).toTimeString().slice(0, 8);
  const label = (levels.labels[Number(level)] ?? 'log').padEnd(5);
  const cause = typeof err === 'object' && err !== null && 'message' in err ? { cause: err.message } : {};
  const details = Object.entries({ ...rest, ...cause }).map(([key, value]) => `${key}=${show(value)}`);
  return `${clock} ${label} ${[show(msg), details.join(' ')].filter(Boolean).join('  ')}\n`;
}

/** What clients send is shown, too: it must neither begin a line of its own nor speak to the terminal. */
function show(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  return value.replace(
    /\p{Cc}/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
