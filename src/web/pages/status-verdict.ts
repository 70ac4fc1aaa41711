import { bytesText } from '../../telemetry/bytes-text.ts';
import type { StationSnapshot } from '../../telemetry/station.ts';
import { daysUntilFull, type DiskUse } from '../../storage/expiry/sizes.ts';
import type { StoringState } from '../parts.ts';
import type { ZonedTime } from '../zoned-time.ts';
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
  readonly silent: readonly StationSnapshot[];
  /** `undefined` while it is not known. */
  readonly diskUse: DiskUse | undefined;
  readonly zone: Pick<ZonedTime, 'full'>;
}

/** So many days before the disk is full, or with so little left on it, the owner is told. */
const FEW_DAYS = 14;
const LITTLE_BYTES = 500e6;

/** Whether all is well, in a sentence that an owner can act on. */
export function statusVerdict(evidence: StatusEvidence): StatusVerdict {
  const { brokerOk, stations, silent } = evidence;
  const storing = storingTrouble(evidence);
  if (storing !== undefined) return storing;
  if (!brokerOk) {
    return {
      mood: 'trouble',
      sentence: 'Stations can not connect: the broker does not listen.',
      explanation: 'Look into the log of the service; another program may have taken the port.',
    };
  }
  const expiry = evidence.diskUse && expiryTrouble(evidence.diskUse, evidence.zone);
  if (expiry !== undefined) return expiry;
  const disk = evidence.diskUse && diskTrouble(evidence.diskUse);
  if (disk !== undefined) return disk;
  if (stations === 0) {
    return {
      mood: 'well',
      sentence: 'All is ready for the first station.',
      explanation: 'The broker listens, and the database answers.',
    };
  }
  if (silent.length > 0) {
    return {
      mood: 'attention',
      sentence: silenceSentence(silent, stations),
      explanation:
        'Nothing has come from there for more than an hour. The broker listens, and the database answers.',
    };
  }
  return {
    mood: 'well',
    sentence: 'All is well.',
    explanation:
      'Every station has been heard in the last hour, the broker listens, and the database answers.',
  };
}

function storingTrouble({ databaseOk, storing }: StatusEvidence): StatusVerdict | undefined {
  const { state, databaseProblem, spoolProblem } = storing;
  if (state === 'stalled') {
    return {
      mood: 'trouble',
      sentence: 'No reading can be stored.',
      explanation: `The database: ${databaseProblem ?? 'does not answer'}. The spool: ${spoolProblem ?? 'takes nothing'}. Stations get no acknowledgement until one of them is mended.`,
    };
  }
  if (databaseOk && databaseProblem === undefined) return undefined;
  const says = databaseProblem === undefined ? '' : ` It says: ${databaseProblem}.`;
  return {
    mood: 'trouble',
    sentence: databaseOk ? 'The database does not take readings.' : 'The database does not answer.',
    explanation: `Readings are kept in the spool until it does, and none is lost.${says} Look into the log of the service, and that of PostgreSQL.`,
  };
}

/** Before what it may have led to. */
function expiryTrouble({ expiry }: DiskUse, zone: Pick<ZonedTime, 'full'>): StatusVerdict | undefined {
  const { held } = expiry;
  if (held === undefined) return undefined;
  return {
    mood: 'attention',
    sentence: 'Nothing expires, for the clock may be wrong.',
    explanation: `It said ${zone.full(held.now)}, and ${zone.full(held.before)} at the last run before. Is it right now, after a long time off or with an older backup? Say so with the command: retention resume. If not, set it: then expiry goes on by itself.`,
  };
}

function diskTrouble(use: DiskUse): StatusVerdict | undefined {
  const { diskFree = Infinity, database, maxDatabaseBytes = Infinity } = use;
  const days = daysUntilFull(use) ?? Infinity;
  if (diskFree < LITTLE_BYTES || days < FEW_DAYS) {
    return {
      mood: 'attention',
      sentence:
        diskFree < LITTLE_BYTES ? 'The disk is nearly full.' : `The disk is full in ${daysText(days)}.`,
      explanation: `${bytesText(diskFree)} are free. Make room, or let readings go: RETENTION_RAW says after what time, MAX_DATABASE_SIZE from what size on. Their roll-ups stay.`,
    };
  }
  if (!isOverLimit(use)) return undefined;
  return {
    mood: 'attention',
    sentence: 'The database is larger than it may be.',
    explanation: `It takes ${bytesText(database)}, and MAX_DATABASE_SIZE is ${bytesText(maxDatabaseBytes)}. The oldest months of readings go as soon as they are rolled up, if that is enough. If it stays so, the log tells why: give it more room, or have stations send less.`,
  };
}

function silenceSentence(silent: readonly StationSnapshot[], stations: number): string {
  if (silent.length === 1) return `${silent[0]!.title} is silent.`;
  return silent.length === stations
    ? `All ${stations} stations are silent.`
    : `${silent.length} of ${stations} stations are silent.`;
}
