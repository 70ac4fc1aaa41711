import { once } from 'node:events';
import { connect } from 'node:net';
import { connectPacket } from './packets.ts';

const LIMIT_MS = 5_000;

/** Says CONNECT as a new client, and hangs up; resolves with the return code of CONNACK. @throws when none comes */
export async function knock(port: number, clientId: string): Promise<number> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.write(connectPacket(clientId));
  try {
    const [connack] = (await once(socket, 'data', { signal: AbortSignal.timeout(LIMIT_MS) })) as [Buffer];
    return connack[3]!;
  } finally {
    socket.destroy();
  }
}
