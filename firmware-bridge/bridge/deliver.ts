import { EventEmitter, once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Spooled } from '../../src/ingest/spool/record.ts';
import type { Spool } from '../../src/ingest/spool/spool.ts';
import { levelReason } from '../../src/storage/level-error.ts';
import type { Connect } from './connect.ts';
import type { DiskLog } from './disk-log.ts';
import { type Lane, startLane } from './lane.ts';

/**
 * Publishes what is in the spool, and takes it out once the broker has acknowledged it. What was published when the process
 * ended is published again: readings carry a time, so a repetition is one reading.
 */
export interface Delivery {
  /** There is something in the spool. */
  wake(): void;
  /** Resolves when `closing` has said so. */
  readonly ended: Promise<void>;
}

export interface DeliveryParts {
  readonly spool: Spool;
  readonly connect: Connect;
  readonly disk: DiskLog;
  /** The pause after a failure, of the disk or the broker. */
  readonly retryMs: number;
  readonly log: Logger;
  readonly closing: AbortSignal;
}

const MOST_MESSAGES = 100;
const MOST_BYTES = 1024 * 1024;

/**
 * One scanner finds which topics there are; each has a lane, which reads the spool by itself. A message leaves the spool when
 * all lanes are past it, so a topic that is refused holds back no other, but on the disk all that came behind it.
 */
export function startDelivery(parts: DeliveryParts): Delivery {
  const { spool, connect, disk, retryMs, log, closing } = parts;
  const lanes = new Map<string, Lane>();
  const bell = new EventEmitter().setMaxListeners(0);
  let rings = 0;
  let scanned: Spooled | undefined;
  let removed = 0;

  const ring = (): void => {
    rings += 1;
    bell.emit('ring');
  };

  async function next(behind: Spooled | undefined, until: AbortSignal): Promise<readonly Spooled[]> {
    while (!until.aborted) {
      const heard = rings;
      const some = await read((behind?.position ?? 0) + 1);
      if (some === undefined) await pause(retryMs, undefined, { signal: until }).catch(() => undefined);
      else if (some.length > 0) return some;
      else if (heard === rings) await once(bell, 'ring', { signal: until }).catch(() => undefined);
    }
    return [];
  }

  /** `undefined`: it can't be read for now. */
  async function read(from: number): Promise<readonly Spooled[] | undefined> {
    try {
      return await spool.read(MOST_MESSAGES, MOST_BYTES, from);
    } catch (error) {
      disk.failed(levelReason(error));
      return undefined;
    }
  }

  async function scan(): Promise<void> {
    while (!closing.aborted) {
      const some = await next(scanned, closing);
      for (const { message } of some) {
        if (message === undefined || lanes.has(message.topic)) continue;
        const { topic } = message;
        const onReached = (): void => void removeDelivered();
        lanes.set(
          topic,
          startLane({ topic, from: scanned, next, connect, onReached, retryMs, log, closing }),
        );
      }
      scanned = some.at(-1) ?? scanned;
      await removeDelivered();
    }
    await Promise.all([...lanes.values()].map(({ ended }) => ended));
  }

  async function removeDelivered(): Promise<void> {
    const oldest = oldestOf([scanned, ...[...lanes.values()].map((lane) => lane.reached())]);
    if (oldest === undefined || oldest.position <= removed) return;
    removed = oldest.position;
    // It leaves the disk with the next that does.
    await spool.removeThrough(oldest).catch((error: unknown) => disk.failed(levelReason(error)));
  }

  return { wake: ring, ended: scan() };
}

/** The one that stands first in the spool; `undefined` where one has reached nothing yet. */
function oldestOf(reached: readonly (Spooled | undefined)[]): Spooled | undefined {
  let oldest = reached[0];
  for (const one of reached) {
    if (one === undefined) return undefined;
    if (oldest !== undefined && one.position < oldest.position) oldest = one;
  }
  return oldest;
}
