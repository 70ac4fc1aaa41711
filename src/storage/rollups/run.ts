import { createLocalDays, type LocalDays } from '../../telemetry/local-days.ts';
import { mendSome } from './mend.ts';
import { rezone } from './rezone.ts';
import { rollOn } from './roll.ts';
import { settleKinds } from './settle-kinds.ts';
import { noteRun, readRollupState } from './state.ts';
import type { RollupWork } from './work.ts';

/** The owner's time zone, and that of the days in the table. */
export interface Zone {
  readonly wanted: string;
  /** Whether days of another zone are to be made anew; afterwards they follow whoever asks for that. */
  isInsistedOn: boolean;
  /** What the table has, and how its days are cut; kept from one run to the next. */
  known?: { readonly timeZone: string; readonly days: LocalDays };
}

export interface Ran {
  /** Whether closed hours wait for the end of a transaction. */
  readonly isWaiting: boolean;
  /** Whether time was over before all was done. */
  readonly hasMore: boolean;
  /** What days are of. */
  readonly timeZone: string;
}

/**
 * Brings all roll-ups up to date, if there is time: hours that have ended, what was marked, and the days. Whatever ends it half-way,
 * another run goes on from there.
 * @throws what the database reports, or the reason of the signal
 */
export async function runRollups(work: RollupWork, zone: Zone): Promise<Ran> {
  const startedAt = performance.now();
  await settleKinds(work);
  const days = await settleZone(work, zone);
  const zoned = { ...work, days };
  for (;;) {
    // By turns: after a long absence neither is to wait for the end of the other.
    const hasMoreMarks = await mendSome(zoned);
    const rolled = await rollOn(zoned);
    const hasMore = hasMoreMarks || rolled === 'some';
    // Where late readings come faster than they are mended, there is no end.
    if (hasMore && work.isOverTime?.() !== true) continue;
    await noteRun(work.session, performance.now() - startedAt, work.done.hours);
    return { isWaiting: rolled === 'waiting', hasMore, timeZone: zone.known!.timeZone };
  }
}

async function settleZone(work: RollupWork, zone: Zone): Promise<LocalDays> {
  let { timeZone } = await readRollupState(work.session);
  if (timeZone === null || (zone.isInsistedOn && timeZone !== zone.wanted)) {
    await rezone(work, zone.wanted);
    timeZone = zone.wanted;
  }
  zone.isInsistedOn = false;
  if (zone.known?.timeZone !== timeZone) zone.known = { timeZone, days: createLocalDays(timeZone) };
  return zone.known.days;
}
