import type { Logger } from 'pino';

const INTERVAL_MS = 60_000;

/** Tells the owner what is wrong with the folder, and what to do: once a minute, for each board finds it out. */
export interface DiskLog {
  failed(reason: string): void;
  works(): void;
}

export function createDiskLog(folder: string, log: Logger, now = () => performance.now()): DiskLog {
  let toldAt: number | undefined;
  return {
    failed(reason) {
      if (toldAt !== undefined && now() - toldAt < INTERVAL_MS) return;
      toldAt = now();
      log.error(
        { folder, reason },
        'readings can not be kept on disk, and boards are refused: see that the folder is there, may be written to, and has room',
      );
    },
    works() {
      if (toldAt !== undefined) log.info({ folder }, 'readings are kept on disk again');
      toldAt = undefined;
    },
  };
}
