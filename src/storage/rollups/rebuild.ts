import { setTimeout as pause } from 'node:timers/promises';
import { createLocalDays } from '../../telemetry/local-days.ts';
import { firstHour, firstReading } from './reach.ts';
import { remakeStretch } from './remake.ts';
import { runRollups, type Zone } from './run.ts';
import { floorHour, HOUR } from '../../telemetry/hours.ts';
import { readRollupState } from './state.ts';
import type { RollupWork } from './work.ts';

const WAITS = 50;
const WAIT_MS = 100;

/**
 * Makes all roll-ups anew, where there are readings, a stretch after the other: whoever reads meanwhile has either those
 * of before or those of after. What expired readings came to stays as it is.
 * @throws what the database reports, or the reason of the signal; then it is done in part, which does no harm
 */
export async function rebuildRollups(work: RollupWork, zone: Zone): Promise<void> {
  const { session, pace } = work;
  const before = await readRollupState(session);
  // Mostly transactions that are waited for end at once; one that does not leaves its hours to the next run.
  for (let left = WAITS; (await runRollups(work, zone)).isWaiting && left > 0; left -= 1) {
    await pause(WAIT_MS, undefined, { signal: work.signal });
  }
  const { rolledUntil: until, timeZone } = await readRollupState(session);
  // What has been rolled up just now is new already.
  const rolledUntil = Math.min(before.rolledUntil, until);
  if (rolledUntil === Number.NEGATIVE_INFINITY) return;
  const zoned = { ...work, days: createLocalDays(timeZone ?? zone.wanted) };
  const starts = [
    await firstHour(session),
    await firstReading(session, Number.NEGATIVE_INFINITY, rolledUntil),
  ];
  const first = starts.filter((start) => start !== undefined);
  if (first.length === 0) return;
  for (let from = floorHour(Math.min(...first)); from < rolledUntil; ) {
    const hours = pace.hours.current();
    const to = Math.min(from + hours * HOUR, rolledUntil);
    const startedAt = performance.now();
    await remakeStretch(zoned, { from, to, isKnown: true });
    if (to < rolledUntil) pace.hours.took(performance.now() - startedAt, hours);
    work.onProgress?.(to);
    from = to;
  }
}
