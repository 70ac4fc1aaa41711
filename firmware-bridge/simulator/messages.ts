import type { SimulatedStation } from './stations.ts';
import { timeInYear, type WeatherHour } from './weather.ts';

/** One PUBLISH on a station's topic. */
export interface OutgoingMessage {
  readonly payload: string;
  /** How many readings (values) it carries. */
  readonly readings: number;
}

/** Hours in one message of a backlog; with three values each it stays below the 1,000 readings that the service takes. */
export const BACKLOG_HOURS_PER_MESSAGE = 250;

/**
 * The weather from `startIndex` on, an hour a message, `count` of them. There is no `time` in them: they are sent as they
 * are measured, and how fast the hours pass is a matter of the replay, so the service's time of receipt is the right one.
 */
export function* liveMessages(
  station: SimulatedStation,
  startIndex: number,
  count: number,
): Generator<OutgoingMessage> {
  for (let step = 0; step < count; step += 1) {
    const observation = station.observe(startIndex + step);
    yield { payload: JSON.stringify(observation), readings: Object.keys(observation).length };
  }
}

/** Every hour of the file moved to `year`, as a station sends what it kept while it was offline: arrays, with times. */
export function* backlogMessages(
  station: SimulatedStation,
  hours: readonly WeatherHour[],
  year: number,
): Generator<OutgoingMessage> {
  for (let start = 0; start < hours.length; start += BACKLOG_HOURS_PER_MESSAGE) {
    let readings = 0;
    const items = hours.slice(start, start + BACKLOG_HOURS_PER_MESSAGE).map((hour, offset) => {
      const observation = station.observe(start + offset);
      readings += Object.keys(observation).length;
      return Object.assign({ time: isoSeconds(timeInYear(hour.timeMs, year)) }, observation);
    });
    yield { payload: JSON.stringify(items), readings };
  }
}

/** The hours that are past when moved to `year`: all of them, but for the present year. */
export function pastHours(
  hours: readonly WeatherHour[],
  year: number,
  nowMs: number,
): readonly WeatherHour[] {
  return hours.filter((hour) => timeInYear(hour.timeMs, year) <= nowMs);
}

function isoSeconds(timeMs: number): string {
  return new Date(timeMs).toISOString().replace('.000Z', 'Z');
}
