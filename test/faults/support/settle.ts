import { setTimeout as pause } from 'node:timers/promises';
import type { Comparison } from './compare.ts';
import { until } from '../../support/until.ts';

const LIMIT_MS = 90_000;
const LOOK_EVERY_MS = 500;
const QUIET_MS = 1_000;

/** Compares until nothing has changed for a second; while something is missing, for `patienceMs`. */
export async function settle(look: () => Promise<Comparison>, patienceMs: number): Promise<Comparison> {
  const deadline = performance.now() + LIMIT_MS;
  let rows = -1;
  let changedAt = 0;
  for (;;) {
    const now = await until('the database could be read', LIMIT_MS, () => look().catch(() => undefined));
    const found = now.stored + now.surplus + now.repeated;
    if (found !== rows) changedAt = performance.now();
    rows = found;
    const isOver = performance.now() > changedAt + (now.missing === 0 ? QUIET_MS : patienceMs);
    if (isOver || performance.now() > deadline) return now;
    await pause(LOOK_EVERY_MS);
  }
}
