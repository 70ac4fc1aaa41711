import type { Micros } from '../../src/telemetry/reading.ts';
import { EARLIEST_TIME, FUTURE_TOLERANCE } from '../../src/telemetry/time.ts';
import { ContentError } from './errors.ts';

/** What the service takes from any station: from 2000 on, and at most five minutes ahead of our clock. */
export function trustedTime(time: Micros, now: Micros): Micros | ContentError {
  if (time < EARLIEST_TIME) return new ContentError(400, 'time-too-early', 'the time is before 2000-01-01');
  if (time <= now + FUTURE_TOLERANCE) return time;
  const detail = "the time is more than 5 minutes ahead of this service's clock";
  return new ContentError(400, 'time-in-future', detail);
}
