import type { Micros } from './reading.ts';

/** What of an entry its sender says. */
export interface EntryContent {
  /** By the number of the field, 1 to 8; without those that were not sent. */
  readonly fields: Readonly<Record<string, string>>;
  readonly status: string | null;
  readonly latitude: string | null;
  readonly longitude: string | null;
  readonly elevation: string | null;
}

/** What a board that speaks ThingSpeak sent at once, as it sent it. */
export interface ChannelEntry extends EntryContent {
  readonly createdAt: Micros;
  /** Whether its sender named the time. */
  readonly hasOwnTime: boolean;
  readonly receivedAt: Micros;
}

/** An entry on its way to its channel. */
export interface ChannelUpdate {
  readonly channelId: number;
  readonly entry: ChannelEntry;
  /** What its sender did wrong that did not keep it from being understood. */
  readonly mistakes: readonly Mistake[];
}

/** For the log. */
export interface Mistake {
  /** A sentence, the same for all mistakes of its kind. */
  readonly what: string;
  readonly facts: Readonly<Record<string, string>>;
}
