import type { Logger } from 'pino';

const INTERVAL_MS = 10_000;

/** Says that messages are being lost: at once, and then every ten seconds how many more there were. */
export function createDropLog(log: Logger): { add(): void } {
  let dropped = 0;
  let quiet = false;
  const say = (): void => {
    quiet = dropped > 0;
    if (!quiet) return;
    log.error({ dropped }, 'QoS 0 messages were dropped: they could not be stored, or not fast enough');
    dropped = 0;
    setTimeout(say, INTERVAL_MS).unref();
  };
  return {
    add() {
      dropped += 1;
      if (!quiet) say();
    },
  };
}
