import type { Connection } from './connection.ts';
import type { BrokerLimits } from './limits.ts';
import type { PublishFields } from './publish-packet.ts';
import type { Unfinished } from './unfinished.ts';

/** Who is at the other end. */
export interface Remote {
  /** The IP address; empty if the client has gone before it could be asked for. */
  readonly address: string;
  /** Whether it is that of a proxy, which many clients come through. */
  readonly isProxy?: boolean;
  /** Called when the client has been let in: from now on it may send longer packets. */
  readonly opened?: () => void;
}

/** Where a connection's messages go. */
export interface Intake {
  /** Does with a message of QoS 0 or 1 what is to be done; {@link Connection.answered} tells when. */
  take(connection: Connection, fields: PublishFields): void;
  /** Whether so much waits already, of all clients, that nothing more should be read; {@link Connection.relieved}. */
  isCongested(): boolean;
}

export interface ConnectionParts {
  readonly intake: Intake;
  readonly limits: BrokerLimits;
  readonly unfinished: Unfinished;
  /** Called when the client is read from more slowly for the first time, for it sends faster than it may. */
  readonly onDelayed: () => void;
}
