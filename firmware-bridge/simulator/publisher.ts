import { setMaxListeners } from 'node:events';
import type { BrokerAddress } from './broker-address.ts';
import { connectStations } from './connect-stations.ts';
import type { StationConnection } from './connection.ts';
import type { SimulatorError } from './errors.ts';
import type { OutgoingMessage } from './messages.ts';
import type { SimulatedStation } from './stations.ts';
import { aborted, waitUntil } from './waiting.ts';
import { createWindow, type Window } from './window.ts';

/** What is to be sent, and how fast. */
export interface PublishPlan {
  readonly broker: BrokerAddress;
  readonly stations: readonly SimulatedStation[];
  readonly messagesOf: (station: SimulatedStation) => Iterable<OutgoingMessage>;
  /** Between two messages of a station; 0 sends as fast as they are acknowledged. */
  readonly periodMs: number;
  /** From the first message on; `undefined`: until every message is acknowledged, or it is stopped. */
  readonly durationMs: number | undefined;
  /** How many messages, of all stations together, may wait for their PUBACK. */
  readonly mostInFlight: number;
  /** How long a simulation that is told to stop waits for the last PUBACKs. */
  readonly graceMs: number;
}

/** How a simulation is ended early. */
export interface Stopping {
  /** No more is sent; the last PUBACKs are waited for. */
  readonly stop: AbortSignal;
  /** And no longer waited for, not even for the grace time. */
  readonly giveUp: AbortSignal;
}

/** What is known of a simulation while it runs. */
export interface Tally {
  /** When every station was connected, in milliseconds of `performance.now()`. */
  startedAt: number | undefined;
  sentMessages: number;
  sentReadings: number;
  acknowledgedMessages: number;
  acknowledgedReadings: number;
  /** Stations without a connection now. */
  disconnected: () => number;
}

export function createTally(): Tally {
  return {
    startedAt: undefined,
    sentMessages: 0,
    sentReadings: 0,
    acknowledgedMessages: 0,
    acknowledgedReadings: 0,
    disconnected: () => 0,
  };
}

/**
 * Connects every station, publishes the plan's messages and ends when all of them are acknowledged and every station
 * has said `offline`, or when it is stopped: what is unacknowledged after the grace time shows in the tally.
 * @returns the seconds from the first message to the last PUBACK
 * @throws SimulatorError when there is no broker, or it refuses a station
 */
export async function publishAll(
  plan: PublishPlan,
  tally: Tally,
  { stop, giveUp }: Stopping,
): Promise<number> {
  const failure = new AbortController();
  const onFailed = (error: SimulatorError): void => failure.abort(error);
  const ended = new AbortController();
  const stopped = AbortSignal.any([stop, failure.signal, ended.signal]);
  // Every station that waits for its next hour listens to it.
  setMaxListeners(0, stopped);
  let timer: NodeJS.Timeout | undefined;
  const connections = new Map<SimulatedStation, StationConnection>();
  tally.disconnected = () => [...connections.values()].filter(({ connected }) => !connected).length;
  try {
    await connectStations({ ...plan, connections, stopped, onFailed });
    const startedAt = performance.now();
    tally.startedAt = startedAt;
    if (plan.durationMs !== undefined) timer = setTimeout(() => ended.abort(), plan.durationMs);
    const window = createWindow(plan.mostInFlight, stopped);
    const run = { plan, window, tally, stopped };
    await Promise.all(
      [...connections].map((link, index) => publishStation(run, link, index / connections.size)),
    );
    await lastAcknowledgements(window, plan.graceMs, stopped, AbortSignal.any([failure.signal, giveUp]));
    failure.signal.throwIfAborted();
    return (performance.now() - startedAt) / 1000;
  } finally {
    clearTimeout(timer);
    await Promise.all([...connections.values()].map((connection) => connection.close()));
  }
}

interface Run {
  readonly plan: PublishPlan;
  readonly window: Window;
  readonly tally: Tally;
  readonly stopped: AbortSignal;
}

/** `phase`, from 0 to 1, spreads the stations over the period, as if they were not switched on at once. */
async function publishStation(
  run: Run,
  [station, connection]: readonly [SimulatedStation, StationConnection],
  phase: number,
): Promise<void> {
  const { plan, window, tally, stopped } = run;
  let due = performance.now() + plan.periodMs * phase;
  for (const message of plan.messagesOf(station)) {
    if (!(await waitUntil(due, stopped)) || !(await window.enter())) return;
    // What an outage has delayed is not made up for: live readings are about now.
    due = Math.max(due + plan.periodMs, performance.now());
    tally.sentMessages += 1;
    tally.sentReadings += message.readings;
    void publishOne(run, connection, message);
  }
}

async function publishOne(
  { tally, window }: Run,
  connection: StationConnection,
  message: OutgoingMessage,
): Promise<void> {
  try {
    await connection.publish(message.payload);
  } catch {
    // The connection was closed first: the tally shows it as sent and not acknowledged.
    return;
  }
  tally.acknowledgedMessages += 1;
  tally.acknowledgedReadings += message.readings;
  window.leave();
}

/** Waits without end while the simulation runs on, and for the grace time once it is told to stop. */
async function lastAcknowledgements(
  window: Window,
  graceMs: number,
  stopped: AbortSignal,
  atOnce: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  const graceOver = aborted(stopped, over.signal).then(() =>
    waitUntil(performance.now() + graceMs, over.signal),
  );
  await Promise.race([window.whenEmpty(), graceOver, aborted(atOnce, over.signal)]);
  over.abort();
}
