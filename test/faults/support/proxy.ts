import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Questions after health and settings are shorter than a statement that carries readings. */
const STATEMENT_BYTES = 180;
const LONGEST_ANSWER_MS = 30;

/** A way to a database that can fail as lines do. */
export interface Proxy {
  /** On 127.0.0.1. */
  readonly port: number;
  /** Connections are taken and stay open, and nothing passes any more. */
  stall(): void;
  resume(): void;
  cutAll(): void;
  /**
   * Lets the next statement through and cuts its connection before any answer: nobody but the database knows whether
   * it was committed. Resolves when that has happened.
   */
  cutBeforeAnswer(): Promise<void>;
  close(): void;
}

/** @param path the Unix socket of the database */
export async function createProxy(path: string): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let isStalled = false;
  let cut: (() => void) | undefined;
  const server = createServer((near) => {
    const far = connect(path);
    let isCut = false;
    for (const socket of [near, far]) {
      const other = socket === near ? far : near;
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    far.on('data', (chunk) => void (isCut || near.write(chunk)));
    near.on('data', (chunk) => {
      far.write(chunk);
      if (cut === undefined || isCut || chunk.length < STATEMENT_BYTES) return;
      isCut = true;
      setTimeout(() => void near.destroy(), Math.random() * LONGEST_ANSWER_MS);
      near.once('close', cut);
      cut = undefined;
    });
    if (isStalled) [near, far].forEach((socket) => socket.pause());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stall() {
      isStalled = true;
      for (const socket of sockets) socket.pause();
    },
    resume() {
      isStalled = false;
      for (const socket of sockets) socket.resume();
    },
    cutAll() {
      for (const socket of sockets) socket.destroy();
    },
    cutBeforeAnswer: () => new Promise((resolve) => (cut = resolve)),
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
