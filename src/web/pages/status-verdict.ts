import type { StationSnapshot } from '../../telemetry/station.ts';
import { daysUntilFull, type DiskUse } from '../../storage/expiry/sizes.ts';
import type { StoringState } from '../parts.ts';
import type { Locale } from '../locales.ts';
import type { Words } from '../words.ts';
import { daysText, isOverLimit } from './disk-use.ts';

export interface StatusVerdict {
  readonly mood: 'well' | 'attention' | 'trouble';
  readonly sentence: string;
  /** What to do about it, or what it rests on. */
  readonly explanation: string;
}

export interface StatusEvidence {
  readonly databaseOk: boolean;
  readonly brokerOk: boolean;
  readonly storing: StoringState;
  readonly stations: number;
  /** Stations that have a credential, and of which there is no reading yet. */
  readonly awaited: number;
  readonly silent: readonly StationSnapshot[];
  /** `undefined` while it is not known. */
  readonly diskUse: DiskUse | undefined;
  /** Why the last try of what is done in the background has failed, by what it is; `undefined`: it has not. */
  readonly problems?: Readonly<Partial<Record<Background, string | undefined>>>;
}

/** What is said where something in the background has failed, in the order in which it is told. */
const BACKGROUND = [
  ['expiry', 'status.failed.expiry', 'status.failed.expiry.because'],
  ['rollups', 'status.failed.rollups', 'status.failed.rollups.because'],
  ['backup', 'status.failed.backup', 'status.failed.backup.because'],
] as const;
type Background = (typeof BACKGROUND)[number][0];

/** So many days before the disk is full, or with so little left on it, the owner is told. */
const FEW_DAYS = 14;
const LITTLE_BYTES = 500e6;

/** Whether all is well, in a sentence that an owner can act on. */
export function statusVerdict(evidence: StatusEvidence, locale: Locale): StatusVerdict {
  const { brokerOk, stations, silent, awaited } = evidence;
  const { words } = locale;
  const storing = storingTrouble(evidence, words);
  if (storing !== undefined) return storing;
  if (!brokerOk) {
    return {
      mood: 'trouble',
      sentence: words.text('status.brokerDown'),
      explanation: words.text('status.brokerDown.because'),
    };
  }
  const expiry = evidence.diskUse && expiryTrouble(evidence.diskUse, locale);
  if (expiry !== undefined) return expiry;
  const disk = evidence.diskUse && diskTrouble(evidence.diskUse, locale);
  if (disk !== undefined) return disk;
  const failed = backgroundTrouble(evidence, words);
  if (failed !== undefined) return failed;
  if (stations === 0) {
    return {
      mood: 'well',
      sentence: words.text('status.ready'),
      explanation: words.text('status.ready.because'),
    };
  }
  if (silent.length > 0) {
    return {
      mood: 'attention',
      sentence: silenceSentence(silent, stations, words),
      explanation: words.text('status.silent.because'),
    };
  }
  return {
    mood: 'well',
    sentence: words.text('status.well'),
    explanation:
      awaited === 0 ? words.text('status.well.because') : words.count('status.well.awaited', awaited),
  };
}

function storingTrouble({ databaseOk, storing }: StatusEvidence, words: Words): StatusVerdict | undefined {
  const { state, databaseProblem, spoolProblem } = storing;
  if (state === 'stalled') {
    return {
      mood: 'trouble',
      sentence: words.text('status.stalled'),
      explanation: words.text('status.stalled.because', {
        database: databaseProblem ?? words.text('status.stalled.noAnswer'),
        spool: spoolProblem ?? words.text('status.stalled.takesNothing'),
      }),
    };
  }
  if (databaseOk && databaseProblem === undefined) return undefined;
  return {
    mood: 'trouble',
    sentence: words.text(databaseOk ? 'status.spooling' : 'status.databaseDown'),
    explanation:
      databaseProblem === undefined
        ? words.text('status.spooling.because')
        : words.text('status.spooling.says', { problem: databaseProblem }),
  };
}

/** Before what it may have led to. */
function expiryTrouble({ expiry }: DiskUse, { words, zone }: Locale): StatusVerdict | undefined {
  const { held } = expiry;
  if (held === undefined) return undefined;
  return {
    mood: 'attention',
    sentence: words.text('status.expiryHeld'),
    explanation: words.text('status.expiryHeld.because', {
      now: zone.full(held.now),
      before: zone.full(held.before),
    }),
  };
}

function diskTrouble(use: DiskUse, { words, names }: Locale): StatusVerdict | undefined {
  const { diskFree = Infinity, database, maxDatabaseBytes = Infinity } = use;
  const days = daysUntilFull(use) ?? Infinity;
  if (diskFree < LITTLE_BYTES || days < FEW_DAYS) {
    return {
      mood: 'attention',
      sentence:
        diskFree < LITTLE_BYTES
          ? words.text('status.diskNearlyFull')
          : words.text('status.diskFullIn', { days: daysText(days, words) }),
      explanation: words.text('status.disk.because', { free: names.bytes(diskFree) }),
    };
  }
  if (!isOverLimit(use)) return undefined;
  return {
    mood: 'attention',
    sentence: words.text('status.overLimit'),
    explanation: words.text('status.overLimit.because', {
      size: names.bytes(database),
      limit: names.bytes(maxDatabaseBytes),
    }),
  };
}

function backgroundTrouble({ problems = {} }: StatusEvidence, words: Words): StatusVerdict | undefined {
  for (const [what, sentence, explanation] of BACKGROUND) {
    const problem = problems[what];
    if (problem !== undefined)
      return {
        mood: 'attention',
        sentence: words.text(sentence),
        explanation: words.text(explanation, { problem }),
      };
  }
  return undefined;
}

function silenceSentence(silent: readonly StationSnapshot[], stations: number, words: Words): string {
  if (silent.length === 1) return words.text('status.silent.station', { station: silent[0]!.title });
  return silent.length === stations
    ? words.text('status.silent.all', { count: stations })
    : words.text('status.silent.some', { silent: silent.length, count: stations });
}
