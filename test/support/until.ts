import { setTimeout as pause } from 'node:timers/promises';

const INTERVAL_MS = 20;

/**
 * Asks again and again until the answer is neither `undefined` nor `false`.
 * @throws when that has not come in time, or what asking throws
 */
export async function until<T>(
  what: string,
  limitMs: number,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline) throw new Error(`${limitMs / 1000} s were not enough until ${what}`);
    await pause(INTERVAL_MS);
  }
}

/** Waits for any time between the two. */
export async function pauseBetween(leastMs: number, mostMs: number): Promise<void> {
  await pause(leastMs + Math.random() * (mostMs - leastMs));
}
