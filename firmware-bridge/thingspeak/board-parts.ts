import type { Logger } from 'pino';
import type { KnownChannels } from '../../src/storage/channel-store.ts';
import type { Micros } from '../../src/telemetry/reading.ts';
import { newThingSpeakCounters, type ThingSpeakCounters } from './counters.ts';
import { createNotices, type Notices } from './notices.ts';

/** What all ways in which boards come have in common. */
export interface BoardParts {
  readonly channels: KnownChannels;
  readonly counters: ThingSpeakCounters;
  readonly notices: Notices;
}

export function createBoardParts(channels: KnownChannels, log: Logger, clock: () => Micros): BoardParts {
  const counters = newThingSpeakCounters();
  return { channels, counters, notices: createNotices(log, clock, counters) };
}
