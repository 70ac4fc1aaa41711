import type { Micros } from '../../telemetry/reading.ts';
import { readFence, setFence } from './fence.ts';
import { firstReading } from './reach.ts';
import { remakeStretch } from './remake.ts';
import { floorHour, HOUR } from '../../telemetry/hours.ts';
import { advanceRolledUntil, closeHours, readRollupState } from './state.ts';
import type { ZonedWork } from './work.ts';

/** `waiting`: a transaction from before the hours were closed is still under way. */
export type Rolled = 'some' | 'waiting' | 'all';

/**
 * Closes the hours that have ended, and rolls up some of those that are closed and not rolled up yet: as many as take a moment.
 * @throws what the database reports, or the reason of the signal
 */
export async function rollOn(work: ZonedWork): Promise<Rolled> {
  const { session, pace } = work;
  await closeHours(session, work.now?.());
  const { closedUntil, rolledUntil } = await readRollupState(session);
  if (rolledUntil >= closedUntil) return 'all';
  let fence = await readFence(session);
  // One that is not passed yet is kept, or the next one might not be either, and so on, and nothing would ever be rolled up.
  if (fence === undefined || fence.until <= rolledUntil) {
    await setFence(session, closedUntil);
    fence = await readFence(session);
  }
  if (fence === undefined || !fence.isPassed) return 'waiting';
  const startedAt = performance.now();
  const hours = pace.hours.current();
  const to = await rollStep(work, rolledUntil, fence.until, hours);
  if (to - rolledUntil === hours * HOUR) pace.hours.took(performance.now() - startedAt, hours);
  work.onProgress?.(to);
  return to < closedUntil ? 'some' : 'all';
}

/** @returns how far it has come */
async function rollStep(work: ZonedWork, from: Micros, until: Micros, hours: number): Promise<Micros> {
  const found = await firstReading(work.session, from, until);
  const next = found === undefined ? until : floorHour(found);
  if (from === Number.NEGATIVE_INFINITY) {
    // Nothing before it was ever rolled up.
    await advanceRolledUntil(work.session, from, next);
    return next;
  }
  const isEmpty = next > from;
  const to = isEmpty ? next : Math.min(from + hours * HOUR, until);
  await remakeStretch(work, { from, to, isEmpty });
  await advanceRolledUntil(work.session, from, to);
  return to;
}
