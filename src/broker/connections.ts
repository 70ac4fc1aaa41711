import type { Duplex } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers';
import { setImmediate as pause, setTimeout } from 'node:timers/promises';
import type { Client } from 'aedes';
import { ClosedError } from './closed-error.ts';
import { Connection } from './connection.ts';
import type { ConnectionParts, Remote } from './connection-parts.ts';
import { Unfinished } from './unfinished.ts';

/** The connections that are open. */
export interface Connections {
  /** @param socket of TCP, of TLS, or what makes one of a WebSocket */
  accept(socket: Duplex, remote: Remote): void;
  of(client: Client): Connection | undefined;
  clients(): Iterable<Client>;
  /** CONNACK has been sent to the client. */
  connected(client: Client): void;
  /** What waits of all clients has become less: those that were held for it are read from again. */
  relieved(): void;
  /** Ends them all, in order. */
  close(): Promise<void>;
}

const SWEEP_MS = 500;
/** How long clients have to hang up after us. */
const GOODBYE_MS = 300;
const POLL_MS = 10;

export interface ConnectionsParts extends Omit<ConnectionParts, 'unfinished'> {
  /** Called when the connection of a client has ended. */
  readonly onClosed: (client: Client) => void;
}

/** @param handle Aedes' own, which makes a client of a socket */
export function createConnections(handle: (socket: Duplex) => Client, parts: ConnectionsParts): Connections {
  const { onClosed } = parts;
  const unfinished = new Unfinished(parts.limits.maxUnfinishedBytes);
  const sockets = new Set<Duplex>();
  const connections = new Map<Client, Connection>();

  // One timer for all: with one each, every packet would have to put off its own.
  const sweep = setInterval(() => {
    const now = performance.now();
    for (const [client, connection] of connections) {
      // After a freeze of this process, what a client has sent meanwhile is read before it is judged.
      if (connection.isSilent(now)) nextTurn(() => closeIfSilent(client, connection));
    }
  }, SWEEP_MS);
  sweep.unref();

  return {
    accept(socket, remote) {
      const before = socket.listeners('end');
      const client = handle(socket);
      // The first that Aedes has added closes the client as soon as the last byte is read, with all that is under way.
      const [closeAtOnce] = socket.listeners('end').slice(before.length);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a listener, of which node's types say `Function`
      socket.removeListener('end', closeAtOnce as () => void);
      const connection = new Connection(client, socket, remote, { ...parts, unfinished });
      socket.on('end', () => connection.end());
      sockets.add(socket);
      connections.set(client, connection);
      socket.once('close', () => {
        sockets.delete(socket);
        connections.delete(client);
        connection.forget();
        onClosed(client);
      });
    },
    of: (client) => connections.get(client),
    clients: () => connections.keys(),
    connected(client) {
      // Aedes notes that it has sent CONNACK only after it has said so, and queues what comes before.
      queueMicrotask(() => connections.get(client)?.open());
    },
    relieved() {
      // Not always the same first: the room may not be enough for all.
      const all = [...connections.values()];
      const first = Math.floor(Math.random() * all.length);
      for (let index = 0; index < all.length; index += 1) all[(first + index) % all.length]!.relieved();
    },
    async close() {
      clearInterval(sweep);
      await sayGoodbye(sockets);
      // Also those that have not said CONNECT, of which Aedes does not know.
      for (const socket of sockets) socket.destroy();
    },
  };
}

function closeIfSilent(client: Client, connection: Connection): void {
  if (client.closed || !connection.isSilent(performance.now())) return;
  client.emit('error', new ClosedError('silent'));
}

/**
 * Ends the connections from our side and lets clients read what was sent last: a socket that is destroyed while there is
 * unread input resets the connection, and the acknowledgements on it may be lost on their way.
 */
async function sayGoodbye(sockets: ReadonlySet<Duplex>): Promise<void> {
  // Aedes writes a turn after it was told to.
  await pause();
  for (const socket of sockets) socket.end();
  const deadline = performance.now() + GOODBYE_MS;
  while (sockets.size > 0 && performance.now() < deadline) await setTimeout(POLL_MS);
}
