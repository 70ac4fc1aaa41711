import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions, type Server as TlsServer } from 'node:tls';
import type { Door } from '../transport/door.ts';
import { listen } from '../transport/listen.ts';
import type { Remote } from './connection-parts.ts';

/** What a listener with TLS needs of its certificate. */
export interface ListenerTls {
  readonly options: () => TlsOptions;
  follow(server: TlsServer): void;
}

/** The ports that clients connect to. */
export interface Listeners {
  /** @throws node's own error, EADDRINUSE above all */
  listen(host: string, port: number, tls?: ListenerTls): Promise<AddressInfo>;
  /** Whether all of them still listen. */
  areListening(): boolean;
  /** Takes no further connections; those that are open go on. */
  stop(): void;
}

/** How long a connection is quiet before TCP asks whether the other side is still there. */
const TCP_PROBE_AFTER_MS = 60_000;
/** A client may end its side and still gets its acknowledgements. */
const OPTIONS = {
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: TCP_PROBE_AFTER_MS,
  allowHalfOpen: true,
};

/** @param door asks about each connection before it is accepted */
export function createListeners(
  door: Pick<Door, 'guard'>,
  accept: (socket: Socket, remote: Remote) => void,
): Listeners {
  const servers: Server[] = [];
  const onSocket = (socket: Socket): void => accept(socket, { address: socket.remoteAddress ?? '' });

  function withTls(tls: ListenerTls): Server {
    const server = createTlsServer({ ...OPTIONS, ...tls.options() }, onSocket);
    // Somebody who scans ports, trusts another authority or is too slow: it is theirs to complain. Node leaves a
    // connection open whose handshake took too long.
    server.on('tlsClientError', (_error, socket) => socket.destroy());
    tls.follow(server);
    return server;
  }

  return {
    async listen(host, port, tls) {
      const server = tls === undefined ? createServer(OPTIONS, onSocket) : withTls(tls);
      door.guard(server);
      servers.push(server);
      return listen(server, host, port);
    },
    areListening: () => servers.length > 0 && servers.every(({ listening }) => listening),
    stop() {
      // The callback would wait for the open connections, which are to go on.
      for (const server of servers) if (server.listening) server.close();
    },
  };
}
