import type { ChannelEntry } from '../../src/telemetry/channel-entry.ts';
import type { Micros } from '../../src/telemetry/reading.ts';
import { type BulkTime, timesOf } from './bulk-times.ts';
import { contentOf } from './entry.ts';
import { ContentError } from './errors.ts';
import type { Parameters } from './parameters.ts';

export interface Update {
  readonly given: Parameters;
  readonly time: BulkTime;
}

/**
 * @param clock strictly increasing
 * @returns an item for each update
 */
export function toItems(
  updates: readonly Update[],
  clock: () => Micros,
): readonly (ChannelEntry | ContentError)[] {
  const times = timesOf(
    updates.map(({ time }) => time),
    clock,
  );
  return updates.map(({ given }, index) => {
    const time = times[index]!;
    if (time instanceof ContentError) return time;
    const content = contentOf(given);
    return content instanceof ContentError ? content : { ...content, ...time };
  });
}
