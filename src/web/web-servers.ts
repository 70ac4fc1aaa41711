import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Server as TlsServer, TlsOptions } from 'node:tls';
import { setTimeout } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Door } from '../transport/door.ts';
import { listen } from '../transport/listen.ts';
import { createClientErrors } from './client-errors.ts';
import type { WebCounters } from './counters.ts';
import { handleUpgrades } from './handle-upgrades.ts';
import type { HttpLimits } from './http-limits.ts';
import type { Upgrade } from './mqtt-upgrade.ts';

/** How long a connection may idle between requests: longer than proxies keep theirs, so that none is used as it closes. */
const KEEP_ALIVE_TIMEOUT_MS = 72_000;
/** How long open requests may hold up closing. */
const CLOSE_TIMEOUT_MS = 5000;
const POLL_MS = 10;

/** What a server with TLS needs of its certificate. */
export interface WebTls {
  readonly options: () => TlsOptions;
  follow(server: TlsServer): void;
}

/** The ports of pages, API, event stream and MQTT over WebSocket: one app on all of them. */
export interface WebServers {
  /** @throws node's own error, EADDRINUSE above all */
  listen(host: string, port: number, tls?: WebTls): Promise<AddressInfo>;
  /**
   * Takes no further connections, ends event streams, and waits for the requests under way, though not for ever. What has
   * become a WebSocket is no longer ours: it goes on.
   */
  close(): Promise<void>;
}

export interface WebServersParts {
  /** Is closed with them. */
  readonly app: FastifyInstance;
  readonly upgrade: Upgrade;
  /** Asks about each connection before anything is done for it. */
  readonly door: Pick<Door, 'guard' | 'letGo'>;
  readonly limits: HttpLimits;
  readonly counters: WebCounters;
  /** What is answered to bytes that are no HTTP, by those who know whom they are of, in place of our own words. */
  readonly bodyForBytes?: (bytes: Buffer) => string | undefined;
}

export function createWebServers(parts: WebServersParts): WebServers {
  const { app, upgrade, door, limits, counters, bodyForBytes } = parts;
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  let isClosing = false;

  const answer: RequestListener = (request, response) => app.routing(request, response);

  function create(tls: WebTls | undefined): Server {
    // See require-host.ts.
    const options = { ...limits, keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS, requireHostHeader: false };
    if (tls === undefined) {
      const server = createServer(options, answer);
      door.guard(server);
      return server.on('connection', track);
    }
    const server = createTlsServer({ ...options, ...tls.options() }, answer);
    door.guard(server);
    server.on('secureConnection', track);
    // Node's own listener would have them answered in the clear. A connection whose handshake took too long is left open.
    server.removeAllListeners('tlsClientError');
    server.on('tlsClientError', (_error, socket) => socket.destroy());
    tls.follow(server);
    return server;
  }

  function track(socket: Socket): void {
    if (isClosing) {
      socket.destroy();
      return;
    }
    if (sockets.has(socket)) return;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  }

  return {
    async listen(host, port, tls) {
      const server = create(tls);
      server.on('clientError', createClientErrors(server, counters, bodyForBytes));
      handleUpgrades(
        server,
        tls === undefined ? 'connection' : 'secureConnection',
        (request, socket, head) => {
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- none that is not one is in there
          sockets.delete(socket as Socket);
          const isTaken = upgrade(request, socket, head);
          if (isTaken) door.letGo(socket);
          return isTaken;
        },
      );
      servers.push(server);
      return listen(server, host, port);
    },
    async close() {
      isClosing = true;
      for (const server of servers) if (server.listening) server.close();
      await app.close();
      const deadline = performance.now() + CLOSE_TIMEOUT_MS;
      while (sockets.size > 0 && performance.now() < deadline) {
        // Connections that turn idle meanwhile would be kept alive, and those of stuck clients for ever.
        for (const server of servers) server.closeIdleConnections();
        await setTimeout(POLL_MS);
      }
      for (const socket of sockets) socket.destroy();
    },
  };
}
