import type { Client } from 'aedes';

/** What may wait in a subscriber's socket, in bytes: half a minute of a busy service, not its memory. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;

/**
 * Lets a packet go to a subscriber, or cuts the subscriber off that has stopped reading: Aedes would collect for it,
 * without a bound, until its socket has not drained for ten seconds.
 * @param onCut is told of each subscriber that is cut off
 * @returns whether the packet may go
 */
export function createSlowSubscriberGate(onCut: (client: Client) => void): (client: Client) => boolean {
  return (client) => {
    if (client.conn.writableLength <= MAX_WAITING_BYTES) return true;
    if (!client.conn.destroyed) {
      client.conn.destroy();
      onCut(client);
    }
    return false;
  };
}
