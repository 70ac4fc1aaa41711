import { parseArgs } from 'node:util';
import { type BrokerAddress, defaultBrokerUrl, parseBrokerAddress } from './broker-address.ts';

interface CommonOptions {
  readonly broker: BrokerAddress;
  readonly stations: number;
}

export interface LiveOptions extends CommonOptions {
  readonly mode: 'live';
  /** Hours of weather an hour. */
  readonly speed: number;
  /** Seconds; `undefined`: until it is stopped. */
  readonly duration: number | undefined;
  /** Messages of each station; `undefined`: until it is stopped. */
  readonly count: number | undefined;
}

export interface BackfillOptions extends CommonOptions {
  readonly mode: 'backfill';
  /** The year that the readings are dated in. */
  readonly year: number;
}

export type SimulatorOptions = LiveOptions | BackfillOptions;

export type ParsedOptions =
  | { readonly kind: 'run'; readonly options: SimulatorOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'mistakes'; readonly mistakes: readonly string[] };

export const HELP = `Replays the hourly weather of Seattle to the service, as stations would send it.

  npm run simulate -- [options]

  --url URL        the broker: mqtt://, mqtts://, ws:// or wss://, with user:password@ where it asks for them
                   (default: mqtt://HOST:MQTT_PORT of the environment, or mqtt://127.0.0.1:1883)
  --stations N     1 to 10000 (default 2): outside, inside, station-003, … Each has a connection of its own;
                   for more than some hundreds, raise "ulimit -n" first
  --speed X        times real time, 0.1 to 3600000 (default 3600: an hour of weather each second). The hours
                   begin at today's date; the readings carry no time, for they are sent as they are measured
  --duration S     end after S seconds
  --count N        end after N messages from each station

  --backfill       send the whole year at once as a backlog with its own times, wait until all of it is
                   acknowledged, and end
  --year YYYY      with --backfill: the year to date it in, from 2000 on (default 2010, as in the file). Of the present
                   year, the hours that are past

  -h, --help       this text

Ctrl-C ends it cleanly, a second one without waiting for the last PUBACKs.
Exit code 0: everything sent was acknowledged; 1: something was not; 2: wrong options.
`;

const FILE_YEAR = 2010;
/** The service takes no reading for older: such a time is that of a clock that was never set. */
const EARLIEST_YEAR = 2000;
const FLAGS = {
  url: { type: 'string' },
  stations: { type: 'string' },
  speed: { type: 'string' },
  duration: { type: 'string' },
  count: { type: 'string' },
  backfill: { type: 'boolean' },
  year: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof FLAGS }>>['values'];

/** Reads the command line and reports every mistake at once. `nowMs` bounds the year. */
export function parseOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  nowMs: number,
): ParsedOptions {
  let values: Values;
  try {
    ({ values } = parseArgs({ args: [...args], options: FLAGS }));
  } catch (error) {
    return { kind: 'mistakes', mistakes: [error instanceof Error ? error.message : String(error)] };
  }
  if (values.help) return { kind: 'help' };

  const mistakes: string[] = [];
  const thisYear = new Date(nowMs).getUTCFullYear();
  const parsed = parseBrokerAddress(values.url ?? defaultBrokerUrl(env));
  if (!parsed.ok) mistakes.push(parsed.why);
  const stations = number(values, 'stations', { from: 1, to: 10_000, whole: true }, mistakes) ?? 2;
  const speed = number(values, 'speed', { from: 0.1, to: 3_600_000, whole: false }, mistakes) ?? 3600;
  const duration = number(values, 'duration', { from: 0.1, to: 2_000_000, whole: false }, mistakes);
  const count = number(values, 'count', { from: 1, to: 1_000_000_000, whole: true }, mistakes);
  const year =
    number(values, 'year', { from: EARLIEST_YEAR, to: thisYear, whole: true }, mistakes) ?? FILE_YEAR;
  mistakes.push(...misplaced(values));
  if (!parsed.ok || mistakes.length > 0) return { kind: 'mistakes', mistakes };

  const { broker } = parsed;
  const options: SimulatorOptions = values.backfill
    ? { mode: 'backfill', broker, stations, year }
    : { mode: 'live', broker, stations, speed, duration, count };
  return { kind: 'run', options };
}

function misplaced(values: Values): string[] {
  if (!values.backfill) return values.year === undefined ? [] : ['--year needs --backfill.'];
  const flags = (['speed', 'duration', 'count'] as const).filter((flag) => values[flag] !== undefined);
  return flags.map((flag) => `--${flag} has no meaning with --backfill, which sends the whole year at once.`);
}

function number(
  values: Values,
  flag: 'stations' | 'speed' | 'duration' | 'count' | 'year',
  limits: { readonly from: number; readonly to: number; readonly whole: boolean },
  mistakes: string[],
): number | undefined {
  const text = values[flag];
  if (text === undefined) return undefined;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const fits = value >= limits.from && value <= limits.to && (!limits.whole || Number.isInteger(value));
  if (fits) return value;
  const kind = limits.whole ? 'a whole number' : 'a number';
  mistakes.push(`--${flag} must be ${kind} from ${limits.from} to ${limits.to}, not "${text}".`);
  return undefined;
}
