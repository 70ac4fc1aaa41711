import { once } from 'node:events';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { generate, type Packet, parser } from 'mqtt-packet';
import { onTestFinished } from 'vitest';

/** A client that sends exactly the packets it is told to, and shows every packet that comes back. */
export interface RawClient {
  readonly socket: Duplex;
  readonly received: readonly Packet[];
  /** Sends the packets in one chunk. */
  send(...packets: readonly Packet[]): void;
  sendBytes(bytes: Uint8Array): void;
  /** Resolves with what `pick` first finds in the packets received; rejects when the connection ends without it. */
  waitFor<T>(pick: (received: readonly Packet[]) => T | undefined | false): Promise<T>;
  /** Resolves when the broker has closed the connection. */
  closed(): Promise<void>;
  isClosed(): boolean;
}

/**
 * Says CONNECT unless told not to.
 * @param target a port to connect to, or a connection that is open
 */
export async function rawClient(
  target: number | Duplex,
  {
    clientId = `raw-${Math.random()}`,
    clean = true,
    connect: sayConnect = true,
    keepalive = 60,
    allowHalfOpen = false,
    ...more
  } = {},
): Promise<RawClient> {
  const socket = typeof target === 'number' ? await connectTo(target, allowHalfOpen) : target;
  onTestFinished(() => void socket.destroy());
  const received: Packet[] = [];
  const watchers = new Set<() => void>();
  const notify = (): void => watchers.forEach((watcher) => watcher());
  const parse = parser();
  parse.on('packet', (packet: Packet) => {
    received.push(packet);
    notify();
  });
  socket.on('data', (bytes) => parse.parse(bytes));
  socket.on('error', () => {});
  socket.on('close', notify);

  const client: RawClient = {
    socket,
    received,
    send: (...packets) => void socket.write(Buffer.concat(packets.map((packet) => generate(packet)))),
    sendBytes: (bytes) => void socket.write(bytes),
    waitFor: (pick) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = pick(received);
          if (found === undefined || found === false) {
            if (socket.closed) done(() => reject(new Error('the broker closed the connection')));
          } else done(() => resolve(found));
        };
        const done = (settle: () => void): void => {
          watchers.delete(look);
          settle();
        };
        watchers.add(look);
        look();
      }),
    closed: () =>
      new Promise((resolve) => {
        if (socket.closed) resolve();
        else socket.once('close', () => resolve());
      }),
    isClosed: () => socket.closed,
  };
  if (sayConnect) {
    client.send({ ...connectPacket(clientId), clean, keepalive, ...more });
    await client.waitFor((packets) => packets.find(({ cmd }) => cmd === 'connack'));
  }
  return client;
}

async function connectTo(port: number, allowHalfOpen: boolean): Promise<Duplex> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen });
  await once(socket, 'connect');
  return socket;
}

/** CONNECT of MQTT 3.1.1, with a clean session and without a keepalive. */
export function connectPacket(clientId: string): Extract<Packet, { cmd: 'connect' }> {
  return { cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId, clean: true, keepalive: 0 };
}
