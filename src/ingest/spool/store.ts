import { rename } from 'node:fs/promises';
import { ClassicLevel } from 'classic-level';
import type { Logger } from 'pino';
import { levelCode, levelReason } from '../../storage/level-error.ts';
import { BeyondRepairError, repairLevel } from '../../storage/level-repair.ts';
import { makeFolder } from '../../storage/make-folder.ts';
import type { Store } from './ends.ts';

/** The folder of the spool, which is opened again after it has failed, and repaired when it is damaged. */
export interface SpoolStore {
  /** Works on the store when all earlier work has ended. @throws what the file system or the work reports */
  inTurn<T>(work: (opened: Store) => Promise<T>): Promise<T>;
  /** Why it does not work; `undefined` while it does. */
  problem(): string | undefined;
  /** After the work that is under way. */
  close(): Promise<void>;
}

export interface SpoolStoreOptions {
  /** Made if it is missing. */
  readonly folder: string;
  readonly log: Logger;
  /** Called each time that it was opened, before anything else is done with it. */
  readonly onOpened: (opened: Store) => Promise<void>;
  /** It could not be repaired: an empty one takes its place. */
  readonly onPutAside: () => void;
  /** For tests. @throws BeyondRepairError */
  readonly repair?: ((folder: string) => Promise<void>) | undefined;
}

/** A repair goes through all that there is, and what it can't mend once it can't a second later. */
const REPAIR_INTERVAL_MS = 60_000;

/**
 * One that can't be opened is no reason not to start: `problem` says why, and each work tries again.
 * @throws when another process has it open
 */
export async function openStore(options: SpoolStoreOptions): Promise<SpoolStore> {
  const { folder, log, repair = repairLevel } = options;
  let store: Store | undefined;
  let problem: string | undefined;
  let isClosed = false;
  let isDamaged = false;
  let repairedAt = -Infinity;
  let last: Promise<unknown> = Promise.resolve();

  function inTurn<T>(work: (opened: Store) => Promise<T>): Promise<T> {
    const run = async (): Promise<T> => {
      if (isClosed) throw new Error('the spool is closed');
      try {
        const result = await work((store ??= await open()));
        problem = undefined;
        return result;
      } catch (error) {
        problem = levelReason(error);
        isDamaged ||= levelCode(error) === 'LEVEL_CORRUPTION';
        // After a failed write LevelDB takes no other until it has been opened anew.
        await store?.close().catch(() => undefined);
        store = undefined;
        throw error;
      }
    };
    const turn = last.then(run);
    last = turn.catch(() => undefined);
    return turn;
  }

  async function open(): Promise<Store> {
    await makeFolder(folder);
    if (isDamaged && performance.now() >= repairedAt + REPAIR_INTERVAL_MS) {
      repairedAt = performance.now();
      log.error({ reason: problem, folder }, 'the spool is damaged; what can be read of it is saved');
      await repair(folder).catch(putAside);
      isDamaged = false;
    }
    const opened: Store = new ClassicLevel(folder, { keyEncoding: 'buffer', valueEncoding: 'buffer' });
    try {
      await opened.open();
      await options.onOpened(opened);
      return opened;
    } catch (error) {
      // Open, it would keep others out, us included.
      await opened.close().catch(() => undefined);
      throw error;
    }
  }

  /** What can't be read must not keep the service from taking what comes; perhaps somebody else can read it. */
  async function putAside(error: unknown): Promise<void> {
    if (!(error instanceof BeyondRepairError)) throw error;
    const movedTo = `${folder}-damaged-${new Date().toISOString().replaceAll(':', '-')}`;
    await rename(folder, movedTo);
    await makeFolder(folder);
    options.onPutAside();
    log.error(
      { reason: error.message, movedTo },
      'the spool is damaged beyond repair: what was in it had been acknowledged, and is put aside. See whether its disk is failing',
    );
  }

  await inTurn(() => Promise.resolve())
    // What is damaged is opened once more, repaired.
    .catch((error: unknown) => (isDamaged ? inTurn(() => Promise.resolve()) : Promise.reject(error)))
    .catch((error: unknown) => {
      if (levelCode(error) === 'LEVEL_LOCKED') throw error;
      // Whatever else it is may pass, and is tried again.
      log.error({ err: error, folder }, 'the spool can not be opened: nothing can be kept in it');
    });
  return {
    inTurn,
    problem: () => problem,
    async close() {
      await last;
      isClosed = true;
      await store?.close();
      store = undefined;
    },
  };
}
