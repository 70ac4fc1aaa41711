import type { Spool } from '../../src/ingest/spool/spool.ts';
import { levelReason } from '../../src/storage/level-error.ts';
import type { Message, Micros } from '../../src/telemetry/reading.ts';
import { ContentError, ThingSpeakError } from '../thingspeak/errors.ts';
import { type Keep, messagesOf } from '../thingspeak/keep.ts';
import type { Notices } from '../thingspeak/notices.ts';
import type { DiskLog } from './disk-log.ts';

export interface KeepParts {
  readonly spool: Spool;
  readonly disk: DiskLog;
  readonly notices: Notices;
  readonly clock: () => Micros;
  /** Called when there is something new. */
  readonly onKept: () => void;
}

const RETRY_SECONDS = 60;

/**
 * Keeps readings until they are delivered: all of a request, or nothing. The reply's number counts entries since the start:
 * boards look only for one above 0.
 */
export function createKeepOnDisk(parts: KeepParts): Keep {
  const { notices, clock } = parts;
  let last = 0;
  return async ({ channel, items, sender, door }) => {
    const refused = items.find((item) => item instanceof ContentError);
    if (refused !== undefined) {
      const what = "a board sends what can't be stored; there is no place for it here, and it is not kept";
      notices.mistake(channel.id, { what, facts: { door, reason: refused.message } });
    }
    const entries = items.flatMap((item) => (item instanceof ContentError ? [] : [item]));
    const receivedAt = clock();
    const received = { qos: 1 as const, clientId: sender, receivedAt, firstReceivedAt: receivedAt };
    const messages = messagesOf(channel, entries).map((message) => ({ ...message, ...received }));
    if (messages.length === 0 && entries.length > 0)
      throw new ThingSpeakError(421, 'there is no number in it, and nothing else is delivered');
    if (messages.length > 0) await append(messages, parts);
    return items.map((item) => (item instanceof ContentError ? item : (last += 1)));
  };
}

async function append(messages: readonly Message[], { spool, disk, onKept }: KeepParts): Promise<void> {
  let kept = 0;
  try {
    kept = await spool.append(messages, 'together');
  } catch (error) {
    disk.failed(levelReason(error));
    throw notNow();
  }
  if (kept === 0) {
    disk.failed(`${spool.count()} messages wait for the broker, and ${spool.fullReason()}`);
    throw notNow();
  }
  disk.works();
  onKept();
}

function notNow(): ThingSpeakError {
  return new ThingSpeakError(503, 'nothing can be kept on disk at the moment', RETRY_SECONDS);
}
