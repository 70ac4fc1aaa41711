/** How the process ends, as a service and as the command line. */
export const EXIT_FAILED = 1;
/** Wrong use or settings. */
export const EXIT_MISUSED = 2;
export const EXIT_INTERRUPTED = 130;

/** Under npm one Ctrl-C comes twice: from the terminal, and passed on by npm. */
const ONE_KEY_PRESS_MS = 500;

export interface Interrupts {
  /** Ends what is under way in order. */
  readonly first: (signal: NodeJS.Signals) => void;
  /** For somebody who doesn't wait for that: leaves nothing behind, and returns at once. The process ends with it. */
  readonly second: () => void;
}

/** Hears of SIGINT and SIGTERM. @returns leaves them to somebody else */
export function handleInterrupts({ first, second }: Interrupts): () => void {
  let since: number | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (since === undefined) {
      since = performance.now();
      first(signal);
    } else if (performance.now() >= since + ONE_KEY_PRESS_MS) {
      second();
      process.exit(EXIT_INTERRUPTED);
    }
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return () => process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
}
