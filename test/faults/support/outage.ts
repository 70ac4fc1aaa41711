import { setTimeout as pause } from 'node:timers/promises';
import type { Load } from './load.ts';
import { until } from '../../support/until.ts';

/** No PUBACK for that long: they are held. */
const HELD_MS = 3_000;
const HELD_LIMIT_MS = 60_000;

/** What was seen while something was away. */
export interface Seen {
  readonly notes: string[];
  readonly failures: string[];
}

/** Lets it last, and notes how much was acknowledged meanwhile: from the spool, so it must be something. */
export async function lastSpooling(load: Load, ms: number, { notes, failures }: Seen): Promise<void> {
  const before = load.acknowledged();
  await pause(ms);
  const acknowledged = load.acknowledged() - before;
  notes.push(`${acknowledged} acknowledged in ${ms / 1_000} s without PostgreSQL`);
  if (acknowledged === 0) failures.push('nothing was acknowledged from the spool');
}

/** Lets it last, and notes if anything was acknowledged meanwhile: nothing could be stored. */
export async function lastHeld(load: Load, ms: number, { notes, failures }: Seen): Promise<void> {
  const before = load.acknowledged();
  await pause(ms);
  const acknowledged = load.acknowledged() - before;
  notes.push(`${acknowledged} acknowledged in ${ms / 1_000} s while nothing could be stored`);
  if (acknowledged > 0) failures.push('messages were acknowledged while nothing could be stored');
}

export async function untilHeld(load: Load): Promise<void> {
  let last = load.acknowledged();
  let changedAt = performance.now();
  await until('PUBACKs were held', HELD_LIMIT_MS, () => {
    const now = performance.now();
    if (load.acknowledged() !== last) changedAt = now;
    last = load.acknowledged();
    return now - changedAt > HELD_MS;
  });
}
