import type { Client } from 'aedes';
import { ClosedError } from './closed-error.ts';
import type { Refusal } from './connect-rules.ts';

/** Ends the connection of a client that is not let in, behind a CONNACK if there is to be one. */
export function turnAway(client: Client, { returnCode, reason }: Refusal): void {
  const error = returnCode === null ? new ClosedError('malformed', reason) : new Error(reason);
  const close = (): void => void client.emit('error', error);
  if (returnCode === null) close();
  // What is destroyed at once may never be sent.
  else client.conn.end(Buffer.of(0x20, 0x02, 0x00, returnCode), close);
}
