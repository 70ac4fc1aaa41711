const INTERVAL_MS = 10;

/**
 * Asks again and again until the answer is neither `undefined` nor `false`.
 * The test's own time-out is what ends it when that never comes.
 */
export async function poll<T>(ask: () => Promise<T | undefined | false> | T | undefined | false): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
  }
}
