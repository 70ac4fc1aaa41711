import type { Logger } from 'pino';
import type { ChannelEntry, Mistake } from '../../src/telemetry/channel-entry.ts';
import type { Channel } from '../../src/storage/channels-query.ts';
import type { Micros } from '../../src/telemetry/reading.ts';
import { parseValueText } from '../../src/telemetry/value.ts';
import type { ThingSpeakCounters } from './counters.ts';

/** Tells the owner of what becomes of nothing, though its board is none the wiser; and counts it. */
export interface Notices {
  /** What a board does wrong: once in a while, for it does so with each request. */
  mistake(channelId: number, mistake: Mistake): void;
  /** What of stored entries became no readings, for the channel does not map its field: once for each of them. */
  stored(channel: Channel, entries: readonly ChannelEntry[]): void;
}

type Needs = Pick<ThingSpeakCounters, 'thingspeak_notices' | 'thingspeak_values_unmapped'>;

const INTERVAL: Micros = 10 * 60 * 1_000_000;

export function createNotices(log: Logger, clock: () => Micros, counters: Needs): Notices {
  // As many as there are channels and kinds of mistakes, or fields.
  const told = new Map<string, Micros>();
  const unmapped = new Set<string>();

  function noteUnmapped(channel: number, field: number): void {
    counters.thingspeak_values_unmapped += 1;
    const key = `${channel} ${field}`;
    if (unmapped.has(key)) return;
    unmapped.add(key);
    log.warn(
      { channel, field },
      'a board sends numbers in a field that its channel does not map: they are no readings',
    );
  }

  return {
    mistake(channelId, { what, facts }) {
      counters.thingspeak_notices += 1;
      const now = clock();
      const key = `${channelId} ${what}`;
      if (now - (told.get(key) ?? -INTERVAL) < INTERVAL) return;
      told.set(key, now);
      log.warn({ channel: channelId, ...facts }, what);
    },
    stored(channel, entries) {
      for (const entry of entries) {
        for (const field of unmappedFields(channel, entry)) noteUnmapped(channel.id, field);
      }
    },
  };
}

/** Fields of the entry that hold a number which goes to no series. */
function unmappedFields({ fields }: Channel, entry: ChannelEntry): readonly number[] {
  return Object.entries(entry.fields).flatMap(([field, text]) => {
    const isMapped = fields.some((known) => known.field === Number(field));
    return isMapped || typeof parseValueText(text) !== 'number' ? [] : [Number(field)];
  });
}
