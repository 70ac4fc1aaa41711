import { type Environment, Mistake, type Setting } from './setting.ts';
import { bytes } from './values.ts';
import {
  type Duration,
  DURATION_FORMS,
  formatDuration,
  isShorter,
  parseDuration,
} from '../telemetry/duration.ts';

/** How long what is stored stays, and how much of it. */
export interface RetentionSettings {
  readonly retentionRaw: Duration;
  /** Not shorter than {@link retentionRaw}. */
  readonly retentionRollups: Duration;
  readonly retentionRejected: Duration;
  /** `undefined`: no limit. */
  readonly maxDatabaseBytes: number | undefined;
}

const ALLOWED = '`90d`, `12w`, `18mo`, `2y` and the like, or `forever`';
/** Less than an empty database and the partitions of two months could never be kept. */
const SMALLEST_DATABASE = 100_000_000;

export const RETENTION_SETTINGS: {
  readonly [Key in keyof RetentionSettings]: Setting<RetentionSettings[Key]>;
} = {
  retentionRaw: {
    env: 'RETENTION_RAW',
    isCommon: true,
    default: 'forever',
    allowed: ALLOWED,
    description:
      'How long readings are kept, by the time when they were measured. What they came to by hour and day stays: see `RETENTION_ROLLUPS`. `docs/retention.md` tells how big the database gets. `retention set` makes exceptions for stations and metrics.',
    read: (text) => duration(text ?? 'forever'),
  },
  retentionRollups: {
    env: 'RETENTION_ROLLUPS',
    default: 'forever',
    allowed: `${ALLOWED}; not shorter than \`RETENTION_RAW\``,
    description: 'How long roll-ups by hour and day are kept.',
    read: (text, env) => rollups(text ?? 'forever', env),
  },
  retentionRejected: {
    env: 'RETENTION_REJECTED',
    default: 'forever',
    allowed: ALLOWED,
    description: 'How long messages are kept that could not be understood, by the time when they came.',
    read: (text) => duration(text ?? 'forever'),
  },
  maxDatabaseBytes: {
    env: 'MAX_DATABASE_SIZE',
    default: '',
    allowed: '`100MB` or more: `20GB`, `1.5TB`, `64GiB`, or bytes',
    description:
      'When the database takes more than this on disk, the oldest month of readings is dropped, whatever `RETENTION_RAW` says, and so on until it takes less; roll-ups stay, and so do this month and the one before. Unset: off.',
    read: (text) => (text === undefined ? undefined : bytes(text, SMALLEST_DATABASE)),
  },
};

/** @throws Mistake */
function duration(text: string): Duration {
  const parsed = parseDuration(text);
  if (parsed === undefined) throw new Mistake(`not a time ${DURATION_FORMS}`);
  return parsed;
}

/** @throws Mistake */
function rollups(text: string, env: Environment): Duration {
  const own = duration(text);
  // A mistake in it is told with its own name.
  const raw = parseDuration(env['RETENTION_RAW'] || 'forever');
  if (raw === undefined || !isShorter(own, raw)) return own;
  throw new Mistake(
    `shorter than RETENTION_RAW (${formatDuration(raw)}); roll-ups are kept at least as long as what they are made from`,
  );
}
