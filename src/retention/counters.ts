/** What has become of roll-ups since the start, by this node. */
export interface RollupCounters {
  rollup_hours_made: number;
  rollup_days_made: number;
  /** Marks of late, changed and deleted readings whose hours and days were made anew. */
  rollup_marks_mended: number;
  /** Hours that were to be made anew, and whose readings have expired. */
  rollup_hours_too_late: number;
  /** Runs that ended with an error; the next one goes on from there. */
  rollup_runs_failed: number;
}

export function newRollupCounters(): RollupCounters {
  return {
    rollup_hours_made: 0,
    rollup_days_made: 0,
    rollup_marks_mended: 0,
    rollup_hours_too_late: 0,
    rollup_runs_failed: 0,
  };
}
