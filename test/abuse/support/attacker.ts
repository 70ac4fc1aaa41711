import { connect, type Socket } from 'node:net';
import { type Packet, parser } from 'mqtt-packet';
import { until } from '../../support/until.ts';

/** What an attacker remembers of the packets that it got. */
const MOST_PACKETS = 20_000;

export interface AttackerOptions {
  readonly port: number;
  /** One of 127.0.0.0/8, all of which are this machine. */
  readonly localAddress?: string;
  /** Sent at once. */
  readonly first?: Uint8Array;
  /** Never reads. */
  readonly isDeaf?: boolean;
}

/** A connection on which anything may be sent. It never fails by itself: what became of it is asked. */
export class Attacker {
  readonly socket: Socket;
  readonly packets: Packet[] = [];
  /** How many packets of each kind have come. */
  readonly counts = new Map<string, number>();
  readonly openedAt = performance.now();
  closedAt: number | undefined;

  constructor({ port, localAddress, first, isDeaf = false }: AttackerOptions) {
    this.socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      ...(localAddress === undefined ? {} : { localAddress }),
    });
    const parse = parser({ protocolVersion: 4 });
    parse.on('packet', (packet: Packet) => this.#note(packet));
    parse.on('error', () => this.socket.destroy());
    this.socket.on('error', () => {});
    this.socket.on('close', () => (this.closedAt = performance.now()));
    if (isDeaf) this.socket.pause();
    else this.socket.on('data', (bytes) => void parse.parse(bytes));
    if (first !== undefined) this.socket.write(first);
  }

  get isClosed(): boolean {
    return this.closedAt !== undefined;
  }

  /** Of its CONNACK; `undefined` while there is none. */
  get returnCode(): number | undefined {
    for (const packet of this.packets) if (packet.cmd === 'connack') return packet.returnCode;
    return undefined;
  }

  count(cmd: Packet['cmd']): number {
    return this.counts.get(cmd) ?? 0;
  }

  send(...bytes: readonly Uint8Array[]): void {
    if (this.socket.writable) this.socket.write(Buffer.concat(bytes));
  }

  /** {@link send}, and waits while the other side does not read. */
  async sendInTime(bytes: Uint8Array): Promise<void> {
    if (!this.socket.writable || this.socket.write(bytes)) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.socket.off('drain', done).off('close', done);
        resolve();
      };
      this.socket.once('drain', done).once('close', done);
    });
  }

  /** Whether it is closed in time. */
  async closes(limitMs: number): Promise<boolean> {
    return this.becomes(limitMs, () => this.isClosed);
  }

  /** Whether it holds in time; no longer waited for once the connection is closed. */
  async becomes(limitMs: number, holds: () => boolean): Promise<boolean> {
    await until('', limitMs, () => holds() || this.isClosed).catch(() => undefined);
    return holds();
  }

  /** Whether it is let in. */
  async isLetIn(limitMs: number): Promise<boolean> {
    return this.becomes(limitMs, () => this.returnCode === 0);
  }

  destroy(): void {
    this.socket.destroy();
  }

  #note(packet: Packet): void {
    this.counts.set(packet.cmd, this.count(packet.cmd) + 1);
    if (this.packets.length < MOST_PACKETS) this.packets.push(packet);
  }
}

/** Runs `work` for each number below `count`, so many at a time. */
export function eachOf(
  count: number,
  atATime: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  return eachWhile((index) => index < count, atATime, work);
}

/** Runs `work` for each number from 0 on, so many at a time, until the answer is no. */
export async function eachWhile(
  hasMore: (index: number) => boolean,
  atATime: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const workOff = async (): Promise<void> => {
    while (hasMore(next)) {
      next += 1;
      await work(next - 1);
    }
  };
  await Promise.all(Array.from({ length: atATime }, workOff));
}

const HOSTS = 250;

/** One of the addresses of this machine, none of which is 127.0.0.1. */
export function loopbackAddress(index: number): string {
  return `127.0.${1 + Math.floor(index / HOSTS)}.${1 + (index % HOSTS)}`;
}
