// Tells values to screen readers: politely, and not every step of a key that is held down.

const LEAST_PAUSE_MS = 500;

export type Tell = (text: string) => void;

/** @param region a polite live region */
export function createTell(region: Element): Tell {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waiting = '';
  let last = Number.NEGATIVE_INFINITY;
  const tellNow = (): void => {
    timer = undefined;
    last = performance.now();
    region.textContent = waiting;
  };
  return (text) => {
    waiting = text;
    timer ??= setTimeout(tellNow, Math.max(last + LEAST_PAUSE_MS - performance.now(), 0));
  };
}
