import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves once `signal` is aborted; stays pending when `until` comes first. */
export async function aborted(signal: AbortSignal, until: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true, signal: until });
  });
}

/** `due` is in milliseconds of `performance.now()`; `false` when stopped before it. */
export async function waitUntil(due: number, stopped: AbortSignal): Promise<boolean> {
  const remaining = due - performance.now();
  if (remaining > 0) await sleep(remaining, undefined, { signal: stopped }).catch(() => undefined);
  return !stopped.aborted;
}
