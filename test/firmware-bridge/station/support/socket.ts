import { connect, type Socket } from 'node:net';
import type { World } from './exchange.ts';

const ECONNRESET = 104;
const ECONNREFUSED = 111;
const ETIMEDOUT = 116;
/** A broker that answers at all does so within this time, however busy the machine is. */
const PATIENCE_MS = 30_000;

/** What happens to a PUBLISH of the board: `unsent` and `unanswered` are power cuts. */
export type Fate = 'passes' | 'unsent' | 'unanswered' | 'acknowledgement lost';

/** The board's one socket, and a real one. Results are negative for errors, hexadecimal text for bytes. */
export interface BoardSocket {
  connect(host: string, port: number): Promise<number>;
  write(bytes: Buffer): Promise<number | 'cut'>;
  read(size: number): Promise<string | number>;
  close(): void;
}

export function createBoardSocket(world: World, fateOf: (packet: Buffer) => Fate): BoardSocket {
  let socket: Socket | undefined;
  let received = Buffer.alloc(0);
  let isDeaf = false;
  let wake = (): void => {};

  const until = async (isThere: () => boolean): Promise<boolean> => {
    const deadline = setTimeout(() => wake(), PATIENCE_MS);
    const end = performance.now() + PATIENCE_MS;
    while (!isThere() && performance.now() < end) await new Promise<void>((resolve) => (wake = resolve));
    clearTimeout(deadline);
    return isThere();
  };
  const close = (): void => {
    socket?.destroy();
    socket = undefined;
    received = Buffer.alloc(0);
  };

  return {
    close,
    async connect(host, port) {
      close();
      isDeaf = false;
      if (!world.passes || !world.wifi) return -ETIMEDOUT;
      const made = connect({ host, port, noDelay: true });
      const result = await new Promise<number>((resolve) => {
        made.once('connect', () => resolve(0));
        made.once('error', () => resolve(-ECONNREFUSED));
      });
      made.on('error', () => {});
      made.on('close', () => wake());
      made.on('data', (chunk) => {
        received = Buffer.concat([received, chunk]);
        wake();
      });
      socket = made;
      return result;
    },
    async write(bytes) {
      if (socket === undefined || socket.destroyed) return -ECONNRESET;
      // What can't pass is in the sender's buffer for ever.
      if (!world.passes || !world.wifi) return 0;
      const fate = (bytes[0]! & 0xf0) === 0x30 ? fateOf(bytes) : 'passes';
      if (fate === 'unsent') return 'cut';
      socket.write(bytes);
      if (fate === 'passes') return 0;
      await until(() => received[0] === 0x40);
      if (fate === 'unanswered') return 'cut';
      isDeaf = true;
      return 0;
    },
    async read(size) {
      if (isDeaf || !world.passes || !world.wifi) return -ETIMEDOUT;
      const own = socket;
      if (own === undefined) return -ECONNRESET;
      if (!(await until(() => received.length >= size || own.destroyed))) return -ETIMEDOUT;
      const bytes = received.subarray(0, size);
      received = received.subarray(size);
      return bytes.toString('hex');
    },
  };
}
