import type { StationSnapshot } from '../../telemetry/station.ts';
import type { StoringState } from '../parts.ts';
import type { Words } from '../words.ts';

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
export function statusVerdict(evidence: StatusEvidence, words: Words): StatusVerdict {
  const { brokerOk, stations, silent } = evidence;
  const storing = storingTrouble(evidence, words);
  if (storing !== undefined) return storing;
  if (!brokerOk) {
    return {
      mood: 'trouble',
      sentence: words.text('status.brokerDown'),
      explanation: words.text('status.brokerDown.because'),
    };
  }
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
    explanation: words.text('status.well.because'),
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

function silenceSentence(silent: readonly StationSnapshot[], stations: number, words: Words): string {
  if (silent.length === 1) return words.text('status.silent.station', { station: silent[0]!.title });
  return silent.length === stations
    ? words.text('status.silent.all', { count: stations })
    : words.text('status.silent.some', { silent: silent.length, count: stations });
}
