import { setTimeout as pause } from 'node:timers/promises';

/** What `running` comes to, if that is in time. @throws when it takes longer */
export async function within<T>(limitMs: number, running: Promise<T>): Promise<T> {
  const over = new AbortController();
  const late = pause(limitMs, undefined, { signal: over.signal }).then(() => {
    throw new Error(`it took longer than ${Math.round(limitMs / 1_000)} s`);
  });
  late.catch(() => undefined);
  // What it still does after that fails by itself, with all that it uses taken away.
  running.catch(() => undefined);
  try {
    return await Promise.race([running, late]);
  } finally {
    over.abort();
  }
}
