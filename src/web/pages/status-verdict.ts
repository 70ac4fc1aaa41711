import type { StationSnapshot } from '../../telemetry/station.ts';
import type { StoringState } from '../parts.ts';

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
}

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

function silenceSentence(silent: readonly StationSnapshot[], stations: number): string {
  if (silent.length === 1) return `${silent[0]!.title} is silent.`;
  return silent.length === stations
    ? `All ${stations} stations are silent.`
    : `${silent.length} of ${stations} stations are silent.`;
}
