import type { Micros } from '../../src/telemetry/reading.ts';
import type { Row } from './series.ts';

const HOUR = 3_600_000_000;

/** A time as ISO 8601 has it. */
export function at(iso: string): Micros {
  return Date.parse(iso) * 1000;
}

/** A reading an hour from one time to another, which is left out; the value counts them. */
export function hourly(from: string, to: string): readonly Row[] {
  return Array.from({ length: (at(to) - at(from)) / HOUR }, (_, index) => ({
    measuredAt: at(from) + index * HOUR,
    value: index,
  }));
}
