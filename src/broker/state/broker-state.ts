import type { Logger } from 'pino';
import type { Micros } from '../../telemetry/reading.ts';
import { Journal } from './journal.ts';
import { FORGETFUL, isDiskTrouble, type LevelStore, openLevel } from './level-store.ts';
import { restore } from './restore.ts';
import { RetainedMessages } from './retained-messages.ts';
import { type SessionCounters, SessionStore, type SessionStoreParts } from './session-store.ts';

/** What the broker knows across restarts. */
export interface BrokerState {
  readonly sessions: SessionStore;
  readonly retained: RetainedMessages;
  /** How many changes are not written yet. */
  unwritten(): number;
  /** Writes what is waiting. What changes after that is forgotten. */
  close(): Promise<void>;
}

export interface StateCounters extends SessionCounters {
  /** Retained messages that were not kept, because too many are. */
  retained_messages_refused: number;
  /** Attempts to write sessions and retained messages down that failed; what they held is kept and tried again. */
  state_writes_failed: number;
}

export interface BrokerStateParts {
  /** Where it is kept; made if it is missing. */
  readonly folder: string;
  readonly log: Logger;
  /** Of a clock that goes on across restarts. */
  readonly now: () => Micros;
  readonly counters: StateCounters;
  readonly interest: SessionStoreParts['interest'];
  readonly ownerOf: SessionStoreParts['ownerOf'];
  readonly mayKeep: SessionStoreParts['mayKeep'];
  readonly maxQueuedMessages: number;
}

const EXPIRE_EVERY_MS = 60 * 60 * 1000;

/**
 * Opens sessions, with what is queued for them, and retained messages. All is held in memory and served from there;
 * changes are written behind, without fsync and without anybody waiting. So a `kill -9` loses what had changed in the
 * last turn of the event loop, usually a millisecond, and a power cut what the operating system had not put on disk yet,
 * usually some seconds. Readings are in Postgres long before. What fails here fails in the log and on the counters,
 * never a message.
 *
 * On a full or read-only disk the broker starts all the same, for stations should be able to deliver: it knows nothing of
 * before then, and what comes is in memory only, until the service is started again.
 * @throws StateFolderError when the folder can't be used for another reason
 */
export function openBrokerState(parts: BrokerStateParts): Promise<BrokerState> {
  return openLevel(parts.folder, parts.log, (store) => openState(store, parts)).catch((error: unknown) => {
    if (!isDiskTrouble(error)) throw error;
    parts.log.error(
      { err: error },
      'sessions and retained messages can not be read or kept; start Thermograph again when the disk can be written',
    );
    return openState(FORGETFUL, parts);
  });
}

async function openState(store: LevelStore, parts: BrokerStateParts): Promise<BrokerState> {
  const { counters, log } = parts;
  const changes = new Journal({ store, log, onFailed: () => (counters.state_writes_failed += 1) });
  const retained = new RetainedMessages({ changes, log, counters });
  const sessions = new SessionStore({ ...parts, changes });
  await restore({ entries: store.entries(), changes, sessions, retained, log });
  const expiring = setInterval(() => sessions.expire(), EXPIRE_EVERY_MS);
  expiring.unref();
  return {
    sessions,
    retained,
    unwritten: () => changes.waiting,
    async close() {
      clearInterval(expiring);
      await changes.close();
      await store.close();
    },
  };
}
