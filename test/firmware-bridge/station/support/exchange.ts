import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { Cut } from './flash.ts';
import type { DeviceSpec, Measurement } from './devices.ts';

/** What surrounds the board, besides its sensors. */
export interface World {
  /** Whether the Wi-Fi network is there. */
  wifi: boolean;
  /** Whether anything passes; if not, it vanishes without a sign. */
  passes: boolean;
  /** Whether the network tells the time. */
  ntp: boolean;
}

/** How an interpreter's run ended. */
export type End =
  | { readonly kind: 'stopped' | 'cut' | 'reset' | 'watchdog' | 'returned' }
  | { readonly kind: 'asleep'; readonly forMs: number }
  | { readonly kind: 'failed'; readonly message: string };

/** What the board's thread asks of the test's, and waits for. */
export type Request =
  | { readonly ask: 'connect'; readonly host: string; readonly port: number }
  | { readonly ask: 'write'; readonly hex: string }
  | { readonly ask: 'read'; readonly size: number }
  | { readonly ask: 'close' }
  | { readonly ask: 'event'; readonly index: number };

/** Answers carry the world as it is then. `result` is negative for an error, text for bytes in hexadecimal. */
export interface Answer {
  readonly result: number | string;
  readonly world: World;
}

/** What it tells without waiting. */
export type Told =
  | { readonly tell: 'log'; readonly line: string }
  | { readonly tell: 'measured'; readonly measurement: Measurement }
  | { readonly tell: 'end'; readonly end: End; readonly nowMs: number };

export interface ThreadData {
  readonly port: MessagePort;
  /** 1 when an answer has been posted. */
  readonly signal: Int32Array;
  readonly config: string;
  readonly ringFolder: string;
  readonly devices: readonly DeviceSpec[];
  readonly platform: string;
  readonly epochYear: number;
  readonly cut: Cut | undefined;
  readonly capacity: number | undefined;
  /** Unix milliseconds at which power is applied, and at which it is taken. */
  readonly startMs: number;
  readonly untilMs: number;
  /** When something is to happen, in unix milliseconds and in order. */
  readonly eventsMs: readonly number[];
  readonly world: World;
  /** Instead of the board's own main.py. */
  readonly program: string | undefined;
}

const LOOK_AGAIN_MS = 50;

/** The asking end, which stands still until it has its answer. */
export function createAsking({ port, signal }: Pick<ThreadData, 'port' | 'signal'>) {
  return (request: Request & { readonly nowMs: number }): Answer => {
    port.postMessage(request);
    for (;;) {
      Atomics.wait(signal, 0, 0, LOOK_AGAIN_MS);
      Atomics.store(signal, 0, 0);
      // A wait may end before there is anything.
      const got = receiveMessageOnPort(port);
      if (got !== undefined) return got.message as Answer;
    }
  };
}

export function answer({ port, signal }: Pick<ThreadData, 'port' | 'signal'>, message: Answer): void {
  port.postMessage(message);
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
}
