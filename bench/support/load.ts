import { runProgram } from './process.ts';

/** What the stations do; see programs/stations.ts. */
export interface LoadOptions {
  readonly port: number;
  readonly stations: number;
  /** Messages that each station keeps unacknowledged. */
  readonly window: number;
  /** Instead of the window: so many messages a second, evenly, of all stations together. */
  readonly messagesPerSecond?: number;
  /** At a given rate: how many a station sends at once, 1 unless told. */
  readonly messagesTogether?: number;
  /** 1 (a number as text) unless told; more are a JSON array of readings with times of their own. */
  readonly readingsPerMessage?: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** Whether each message is a segment of its own, as from boards; otherwise those that are due leave in one write. */
  readonly segmented?: boolean;
  /** The value of each station's first reading; they count up from there. */
  readonly firstValue?: number;
}

export interface LoadResult {
  /** Acknowledged readings a second, after the warm-up. */
  readonly rate: number;
  /** From publish to PUBACK, in milliseconds; only of messages that were sent at a given rate. */
  readonly latency: { readonly p50: number; readonly p99: number } | undefined;
  /** Value of the first reading of each station. */
  readonly firstValue: number;
  /** Acknowledged readings from the first to the last, of each station. */
  readonly acknowledged: readonly number[];
}

/** The name of a station, from 0 on; to other brokers its topics are topics like any other. */
export function stationName(index: number): string {
  return `bench-${index}`;
}

/** Puts a load on a broker, from a process of its own. @throws when a connection breaks */
export function load(options: LoadOptions): Promise<LoadResult> {
  return runProgram<LoadResult>('stations', options);
}
