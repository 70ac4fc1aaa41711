/** Bounds how many messages wait for their PUBACK at once; first come, first served. */
export interface Window {
  /** Waits for a free place and takes it; `false` once the simulation is stopped. */
  enter(): Promise<boolean>;
  leave(): void;
  /** Resolves when no message waits for its PUBACK. */
  whenEmpty(): Promise<void>;
}

export function createWindow(size: number, stopped: AbortSignal): Window {
  let inside = 0;
  const entering: ((entered: boolean) => void)[] = [];
  const emptying: (() => void)[] = [];
  const turnAway = (): void => entering.splice(0).forEach((resolve) => resolve(false));
  stopped.addEventListener('abort', turnAway, { once: true });

  return {
    async enter() {
      if (stopped.aborted) return false;
      if (inside < size) {
        inside += 1;
        return true;
      }
      return new Promise((resolve) => entering.push(resolve));
    },
    leave() {
      const next = entering.shift();
      if (next) return next(true);
      inside -= 1;
      if (inside === 0) emptying.splice(0).forEach((resolve) => resolve());
    },
    async whenEmpty() {
      if (inside > 0) await new Promise<void>((resolve) => emptying.push(resolve));
    },
  };
}
