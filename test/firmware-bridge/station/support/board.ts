import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import { onTestFinished } from 'vitest';
import { useFolder } from '../../../support/program.ts';
import type { DeviceSpec, Measurement } from './devices.ts';
import { answer, type End, type Request, type ThreadData, type Told, type World } from './exchange.ts';
import type { Cut } from './flash.ts';
import { type BoardSocket, createBoardSocket, type Fate } from './socket.ts';

/** A board: its flash, and the virtual time that it lives in, outlast the interpreters that run on it one after the other. */
export interface Board {
  readonly world: World;
  /** What its sensors gave. */
  readonly measured: readonly Measurement[];
  /** What it printed. */
  readonly log: readonly string[];
  /** The packets that it wrote, and when, in unix seconds. */
  readonly packets: readonly { readonly at: number; readonly bytes: Buffer }[];
  readonly ringFolder: string;
  /** Unix seconds. */
  now(): number;
  /** What happens to the PUBLISH that is written next. */
  fateOf: (packet: Buffer) => Fate;
  /** Applies power for so many seconds, or until the program ends it; sleeps included. */
  run(seconds: number, options?: RunOptions): Promise<End>;
  /** Lets time pass without power. */
  rest(seconds: number): void;
}

export interface RunOptions {
  /** What happens after so many seconds of this run, in their order. */
  readonly events?: readonly {
    readonly after: number;
    readonly run: (world: World) => void | Promise<void>;
  }[];
  readonly cut?: Cut;
  /** Python to run in place of main.py. */
  readonly program?: string;
  /** In place of the board's own. */
  readonly config?: BoardOptions['config'];
  readonly devices?: BoardOptions['devices'];
}

export interface BoardOptions {
  readonly config: Readonly<Record<string, unknown>> | string;
  readonly devices: readonly DeviceSpec[];
  /** Unix seconds. The service takes no readings from the future. */
  readonly startAt: number;
  readonly platform?: 'esp8266' | 'esp32';
  readonly epochYear?: 1970 | 2000;
  /** Of the ring's part of the flash, in bytes. */
  readonly capacity?: number;
}

/** `--import tsx` in a thread's `execArgv` has no effect there. */
const THREAD = `import('tsx/esm/api').then(({ register }) => {
  register();
  return import(${JSON.stringify(new URL('board-thread.ts', import.meta.url).href)});
});`;

export async function useBoard(options: BoardOptions): Promise<Board> {
  const { startAt, platform = 'esp8266', epochYear = 2000, capacity } = options;
  const ringFolder = join(await useFolder(), 'ring');
  await mkdir(ringFolder);
  const world: World = { wifi: true, passes: true, ntp: true };
  const measured: Measurement[] = [];
  const log: string[] = [];
  const packets: { at: number; bytes: Buffer }[] = [];
  let nowMs = startAt * 1000;
  let thread: Worker | undefined;
  onTestFinished(() => void thread?.terminate());

  async function power(seconds: number, run: RunOptions): Promise<End> {
    const startMs = nowMs;
    const { config, devices } = { ...options, ...run };
    const { port1, port2 } = new MessageChannel();
    const signal = new Int32Array(new SharedArrayBuffer(4));
    const data: ThreadData = {
      port: port2,
      signal,
      config: typeof config === 'string' ? config : JSON.stringify(config),
      ringFolder,
      devices,
      platform,
      epochYear,
      cut: run.cut,
      capacity,
      startMs,
      untilMs: startMs + seconds * 1000,
      eventsMs: (run.events ?? []).map(({ after }) => startMs + after * 1000),
      world,
      program: run.program,
    };
    thread ??= new Worker(THREAD, { eval: true });
    const worker = thread;
    const socket = createBoardSocket(world, (packet) => board.fateOf(packet));
    let isOver = false;
    try {
      const end = new Promise<End>((resolve, reject) => {
        const reply = async (request: Request): Promise<void> => {
          const result = await perform(request, socket, run.events ?? []);
          if (result === 'cut') resolve({ kind: 'cut' });
          else answer({ port: port1, signal }, { result, world });
        };
        worker.once('error', reject);
        port1.on('message', (message: Told | (Request & { nowMs: number })) => {
          if ('tell' in message) {
            if (message.tell === 'log') log.push(message.line);
            else if (message.tell === 'measured') measured.push(message.measurement);
            else {
              ({ nowMs } = message);
              isOver = true;
              resolve(message.end);
            }
            return;
          }
          ({ nowMs } = message);
          if (message.ask === 'write')
            packets.push({ at: nowMs / 1000, bytes: Buffer.from(message.hex, 'hex') });
          reply(message).catch(reject);
        });
      });
      worker.postMessage(data, [port2]);
      return await end;
    } finally {
      socket.close();
      port1.close();
      worker.removeAllListeners('error');
      // It waits for an answer that it will not get.
      if (!isOver) {
        thread = undefined;
        await worker.terminate();
      }
    }
  }

  async function perform(
    request: Request,
    socket: BoardSocket,
    events: NonNullable<RunOptions['events']>,
  ): Promise<string | number> {
    if (request.ask === 'connect') return socket.connect(request.host, request.port);
    if (request.ask === 'write') return socket.write(Buffer.from(request.hex, 'hex'));
    if (request.ask === 'read') return socket.read(request.size);
    if (request.ask === 'close') socket.close();
    else await events[request.index]!.run(world);
    return 0;
  }

  const board: Board = {
    world,
    measured,
    log,
    packets,
    ringFolder,
    now: () => nowMs / 1000,
    fateOf: () => 'passes',
    run: (seconds, run = {}) => power(seconds, run),
    rest(seconds) {
      nowMs += seconds * 1000;
    },
  };
  return board;
}
