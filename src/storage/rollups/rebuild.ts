import { createLocalDays } from '../../telemetry/local-days.ts';
import { firstHour, firstReading } from './reach.ts';
import { remakeStretch } from './remake.ts';
import { runRollups, type Zone } from './run.ts';
import { floorHour, HOUR } from './spans.ts';
import { readRollupState } from './state.ts';
import type { RollupWork } from './work.ts';

/**
 * Makes all roll-ups anew, where there are readings, a stretch after the other: whoever reads meanwhile has either those
 * of before or those of after. What expired readings came to stays as it is.
 * @throws what the database reports, or the reason of the signal; then it is done in part, which does no harm
 */
export async function rebuildRollups(work: RollupWork, zone: Zone): Promise<void> {
  const { session, pace } = work;
  await runRollups(work, zone);
  const { rolledUntil, timeZone } = await readRollupState(session);
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
