import { BACKLOG_HOURS_PER_MESSAGE, backlogMessages, liveMessages, pastHours } from './messages.ts';
import type { BackfillOptions, LiveOptions, SimulatorOptions } from './options.ts';
import { type ProgressState, showProgress } from './progress.ts';
import { createTally, publishAll, type PublishPlan, type Stopping, type Tally } from './publisher.ts';
import { simulateStations } from './stations.ts';
import { indexOfSeason, type WeatherHour } from './weather.ts';

export interface SimulationOutcome {
  readonly tally: Readonly<Tally>;
  /** From the first message to the last PUBACK. */
  readonly seconds: number;
}

export interface Surroundings extends Stopping {
  readonly hours: readonly WeatherHour[];
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: number;
  /** How long a simulation that is stopped, or over its duration, waits for the last PUBACKs. */
  readonly graceMs: number;
  readonly writeProgress: (text: string) => void;
  readonly terminal: boolean;
}

const MS_PER_HOUR = 3_600_000;
const BACKFILL_IN_FLIGHT = 50;
const TERMINAL_INTERVAL_MS = 100;
const LINES_INTERVAL_MS = 5000;

type Schedule = Omit<PublishPlan, 'broker' | 'graceMs'> & { readonly messages: number | undefined };

/**
 * Replays the weather as the options say.
 * @throws SimulatorError when there is no broker, or it refuses a station
 */
export async function simulate(options: SimulatorOptions, around: Surroundings): Promise<SimulationOutcome> {
  const schedule = options.mode === 'live' ? liveSchedule(options, around) : backlogSchedule(options, around);
  const tally = createTally();
  const endProgress = showProgress({
    write: around.writeProgress,
    terminal: around.terminal,
    intervalMs: around.terminal ? TERMINAL_INTERVAL_MS : LINES_INTERVAL_MS,
    state: () => progressState(tally, schedule, options),
  });
  try {
    const plan = { ...schedule, broker: options.broker, graceMs: around.graceMs };
    return { tally, seconds: await publishAll(plan, tally, around) };
  } finally {
    endProgress();
  }
}

function liveSchedule(options: LiveOptions, { hours, nowMs }: Surroundings): Schedule {
  const startIndex = indexOfSeason(hours, nowMs);
  const count = options.count ?? Infinity;
  return {
    stations: simulateStations(hours, options.stations),
    messagesOf: (station) => liveMessages(station, startIndex, count),
    periodMs: MS_PER_HOUR / options.speed,
    // One a station, so that an outage delays few readings: late, they would get the time of their late receipt.
    mostInFlight: options.stations,
    durationMs: options.duration && options.duration * 1000,
    messages: options.count && options.count * options.stations,
  };
}

function backlogSchedule(options: BackfillOptions, { hours, nowMs }: Surroundings): Schedule {
  const past = pastHours(hours, options.year, nowMs);
  return {
    stations: simulateStations(hours, options.stations),
    messagesOf: (station) => backlogMessages(station, past, options.year),
    periodMs: 0,
    mostInFlight: BACKFILL_IN_FLIGHT,
    durationMs: undefined,
    messages: Math.ceil(past.length / BACKLOG_HOURS_PER_MESSAGE) * options.stations,
  };
}

function progressState(tally: Tally, schedule: Schedule, options: SimulatorOptions): ProgressState {
  const elapsedMs = tally.startedAt === undefined ? 0 : performance.now() - tally.startedAt;
  const shares = [
    schedule.messages && tally.acknowledgedMessages / schedule.messages,
    schedule.durationMs && elapsedMs / schedule.durationMs,
  ].filter((share) => share !== undefined);
  const disconnected = tally.disconnected();
  return {
    acknowledgedReadings: tally.acknowledgedReadings,
    fraction: shares.length === 0 ? undefined : Math.max(...shares),
    seconds: elapsedMs / 1000,
    note:
      disconnected === 0
        ? undefined
        : `waiting for ${options.broker.url}: ${disconnected} of ${options.stations} not connected`,
  };
}
