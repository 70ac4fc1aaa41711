import type { Client } from 'aedes';

/** What may wait in a subscriber's socket, in bytes: seconds of a busy service, not its memory. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;
/** The same where each packet is written by itself: a small one takes many times its bytes while it waits. */
export const MAX_WAITING_PACKET_BYTES = 2 * 1024 * 1024;
/** How long a subscriber may read nothing of what waits for it. */
export const DRAIN_TIMEOUT_MS = 10_000;
/** A socket that is asked how much was written to it goes through all that waits in it: hundreds of thousands of packets. */
const LOOK_EVERY_MS = 100;

interface Progress {
  readonly bytes: number;
  readonly since: number;
  lookedAt: number;
}

/**
 * Lets a packet go to a subscriber, or cuts the subscriber off that has stopped reading: it would be collected for,
 * without a bound.
 * @param onCut is told of each subscriber that is cut off
 * @param now milliseconds, of a clock that does not jump
 * @returns whether the packet may go
 */
export function createSlowSubscriberGate(
  onCut: (client: Client) => void,
  now: () => number = () => performance.now(),
): (client: Client, maxWaitingBytes?: number) => boolean {
  /** How much each of those had taken for whom something waits, and when it was that much first. */
  const taken = new WeakMap<Client, Progress>();

  function keepsUp(client: Client, maxWaitingBytes: number): boolean {
    const { conn } = client;
    if (!conn.writableNeedDrain) {
      taken.delete(client);
      return true;
    }
    if (conn.writableLength > maxWaitingBytes) return false;
    const at = now();
    let progress = taken.get(client);
    if (progress !== undefined && at - progress.lookedAt < LOOK_EVERY_MS) return true;
    const bytes = bytesWritten(conn) - conn.writableLength;
    if (progress?.bytes !== bytes) progress = { bytes, since: at, lookedAt: at };
    progress.lookedAt = at;
    taken.set(client, progress);
    return at - progress.since <= DRAIN_TIMEOUT_MS;
  }

  return (client, maxWaitingBytes = MAX_WAITING_BYTES) => {
    if (keepsUp(client, maxWaitingBytes)) return true;
    if (!client.conn.destroyed) {
      // Without one of ours, Node makes an error for each packet that waits: hundreds of thousands, in seconds.
      client.conn.destroy(new Error('the subscriber had stopped reading'));
      onCut(client);
    }
    return false;
  };
}

/** All that was ever written to the socket, what waits in it included. */
function bytesWritten(conn: Client['conn']): number {
  return 'bytesWritten' in conn && typeof conn.bytesWritten === 'number' ? conn.bytesWritten : 0;
}
