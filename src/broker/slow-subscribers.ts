import type { Client } from 'aedes';

/** What may wait in a subscriber's socket, in bytes: seconds of a busy service, not its memory. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;
/** How long a subscriber may read nothing of what waits for it. */
export const DRAIN_TIMEOUT_MS = 10_000;

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
): (client: Client) => boolean {
  /** How much each of those had taken for whom something waits, and when it was that much first. */
  const taken = new WeakMap<Client, { readonly bytes: number; readonly since: number }>();

  function keepsUp(client: Client): boolean {
    const { conn } = client;
    if (!conn.writableNeedDrain) {
      taken.delete(client);
      return true;
    }
    const bytes = bytesWritten(conn) - conn.writableLength;
    let progress = taken.get(client);
    if (progress?.bytes !== bytes) taken.set(client, (progress = { bytes, since: now() }));
    return conn.writableLength <= MAX_WAITING_BYTES && now() - progress.since <= DRAIN_TIMEOUT_MS;
  }

  return (client) => {
    if (keepsUp(client)) return true;
    if (!client.conn.destroyed) {
      client.conn.destroy();
      onCut(client);
    }
    return false;
  };
}

/** All that was ever written to the socket, what waits in it included. */
function bytesWritten(conn: Client['conn']): number {
  return 'bytesWritten' in conn && typeof conn.bytesWritten === 'number' ? conn.bytesWritten : 0;
}
