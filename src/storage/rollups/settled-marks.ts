import type { Queryable } from '../queryable.ts';

/**
 * Tells which marks have lain there for a while. A backlog marks the same hours with each of its batches: an hour that is made anew at
 * once is made anew again and again, while ingest needs the machine.
 */
export interface SettledMarks {
  /** @returns the newest of them, by its id; `undefined`: there is none. @throws what the database reports */
  look(session: Queryable): Promise<string | undefined>;
}

/**
 * What is there when it looks first has lain there for long enough.
 * @param settleMs for how long at the least; up to twice as long, or more where it is not asked as often
 */
export function createSettledMarks(settleMs: number, now = () => performance.now()): SettledMarks {
  let settled: string | undefined;
  let seen: { readonly newest: string | undefined; readonly at: number } | undefined;
  return {
    async look(session) {
      if (seen !== undefined && now() < seen.at + settleMs) return settled;
      const { rows } = await session.query<{ id: string | null }>({
        text: 'SELECT max(id)::text AS id FROM rollup_marks',
      });
      const newest = rows[0]?.id ?? seen?.newest;
      settled = seen === undefined ? newest : seen.newest;
      seen = { newest, at: now() };
      return settled;
    },
  };
}
