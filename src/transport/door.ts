import type { Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ConnectionQuota, OverLimit } from './connection-quota.ts';

/** Where connections come in, and are counted until they end. */
export interface Door {
  /**
   * Asks about each connection of the server as it comes: one too many costs neither a handshake of TLS nor a request.
   * To be called before further listeners to `connection` are added.
   */
  guard(server: Server): void;
  /**
   * Counts a connection that came another way.
   * @param isProxy whether many come from that address, so that it has no limit of its own
   * @returns whether it may come in; if not, closing it is the caller's
   */
  admit(connection: Duplex, address: string, isProxy: boolean): boolean;
  /** Counts no longer a connection of a guarded server, or what TLS has made of it. */
  letGo(connection: Duplex): void;
}

export interface DoorParts {
  readonly quota: ConnectionQuota;
  readonly onRefused: (address: string, overLimit: OverLimit) => void;
  /** Whether many come from an address of the guarded servers. */
  readonly isProxy?: (address: string) => boolean;
}

export function createDoor({ quota, onRefused, isProxy: isProxyAddress = () => false }: DoorParts): Door {
  /** How the connections of guarded servers are counted no longer, by their {@link endsOf ends}. */
  const counted = new Map<string, () => void>();

  /** @returns how it is counted no longer; `null` when it is one too many */
  function count(connection: Duplex, address: string, isProxy: boolean): (() => void) | null {
    const counts = isProxy ? null : address;
    const overLimit = quota.admit(counts);
    if (overLimit !== null) {
      onRefused(address, overLimit);
      return null;
    }
    let isCounted = true;
    const release = (): void => {
      if (isCounted) quota.release(counts);
      isCounted = false;
    };
    connection.once('close', release);
    return release;
  }

  function comeIn(socket: Socket): boolean {
    const address = socket.remoteAddress ?? '';
    const release = count(socket, address, isProxyAddress(address));
    if (release === null) return false;
    const ends = endsOf(socket);
    counted.set(ends, release);
    socket.once('close', () => {
      if (counted.get(ends) === release) counted.delete(ends);
    });
    return true;
  }

  return {
    guard(server) {
      const listeners = server.listeners('connection');
      server.removeAllListeners('connection');
      // A connection may be handed to its server once more, to begin anew.
      const known = new WeakSet<Socket>();
      server.on('connection', (socket) => {
        if (!known.has(socket) && !comeIn(socket)) {
          socket.destroy();
          return;
        }
        known.add(socket);
        for (const listener of listeners) Reflect.apply(listener, server, [socket]);
      });
    },
    admit: (connection, address, isProxy) => count(connection, address, isProxy) !== null,
    letGo: (connection) => counted.get(endsOf(connection))?.(),
  };
}

/** Addresses and ports of both ends: the same for a connection and for what TLS has made of it. */
function endsOf(
  connection: Duplex & Partial<Pick<Socket, 'remoteAddress' | 'remotePort' | 'localPort'>>,
): string {
  return `${connection.remoteAddress} ${connection.remotePort} ${connection.localPort}`;
}
