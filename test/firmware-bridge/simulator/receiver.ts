import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { Aedes, type AedesOptions } from 'aedes';

interface ReceivedMessage {
  readonly topic: string;
  readonly payload: string;
  readonly qos: number;
  readonly retain: boolean;
}

/** A bare broker that keeps what it is sent. */
export interface Receiver {
  readonly url: string;
  readonly port: number;
  /** In the order of arrival, redeliveries included. */
  readonly received: readonly ReceivedMessage[];
  /** Cuts every connection and stops listening, as a broker that is killed. */
  kill(): Promise<void>;
}

/** `port` 0 takes a free one; `options` may hold or refuse what comes in. */
export async function startReceiver(options: AedesOptions = {}, port = 0): Promise<Receiver> {
  const received: ReceivedMessage[] = [];
  const broker = await Aedes.createBroker({
    ...options,
    authorizePublish(client, packet, callback) {
      const { topic, qos, retain } = packet;
      received.push({ topic, payload: packet.payload.toString(), qos, retain });
      if (options.authorizePublish) options.authorizePublish(client, packet, callback);
      else callback(null);
    },
  });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    broker.handle(socket);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The receiver has no port.');
  return {
    url: `mqtt://127.0.0.1:${address.port}`,
    port: address.port,
    received,
    async kill() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
      await new Promise<void>((resolve) => broker.close(() => resolve()));
    },
  };
}
