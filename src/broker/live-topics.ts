import { formatMicros } from '../telemetry/format-time.ts';
import type { CommittedReading } from '../telemetry/reading.ts';
import type { StationSnapshot } from '../telemetry/station.ts';
import { LIVE_PREFIX } from '../telemetry/topic.ts';
import { filterMatches } from '../telemetry/topic-filter.ts';

/** A packet on a topic below `live/`, as Aedes takes it. */
export interface LivePacket {
  readonly cmd: 'publish';
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 1;
  readonly retain: boolean;
  readonly dup: false;
}

type LiveReading = Omit<CommittedReading, 'isLatest'>;

/** What subscribers of `live/…` get for a committed reading. */
export function livePacket(reading: LiveReading): LivePacket {
  return packet(reading, false);
}

/**
 * The retained messages below `live/` for a new subscriber: the newest reading of every series. They are made from
 * what is known of the stations when somebody subscribes; storing one for each reading would cost the acknowledged
 * path, and would be lost with the process.
 */
export function* retainedLive(
  filters: readonly string[],
  stations: () => readonly StationSnapshot[],
): Generator<LivePacket> {
  const wanted = (station: string, metric: string): boolean =>
    filters.some((filter) => filterMatches(filter, `${LIVE_PREFIX}${station}/${metric}`));
  for (const { station, latest } of stations()) {
    for (const reading of latest) {
      if (wanted(station, reading.metric)) yield packet({ station, ...reading }, true);
    }
  }
}

function packet({ station, metric, value, unit, measuredAt }: LiveReading, retain: boolean): LivePacket {
  const payload = JSON.stringify({ station, metric, value, unit, measuredAt: formatMicros(measuredAt) });
  return {
    cmd: 'publish',
    topic: `${LIVE_PREFIX}${station}/${metric}`,
    payload: Buffer.from(payload),
    qos: 1,
    retain,
    dup: false,
  };
}
