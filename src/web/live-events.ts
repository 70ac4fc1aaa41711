import { formatMicros } from '../telemetry/format-time.ts';
import type { CommittedReading, Micros } from '../telemetry/reading.ts';
import type { UnitSystem } from '../telemetry/unit-system.ts';
import { showValue } from './display-units.ts';

/** What a viewer wants to hear of. */
export interface Interest {
  /** Only this station, if given. */
  readonly station: string | undefined;
  readonly units: UnitSystem | undefined;
}

/** What viewers have not been told yet: the newest reading of each series, and who has come or gone. */
export interface WaitingEvents {
  addReading(reading: CommittedReading): void;
  addPresence(station: string, online: boolean): void;
  /** Empty if there is nothing for this viewer. */
  toText(interest: Interest): string;
}

export function createWaitingEvents(): WaitingEvents {
  const stations = new Map<string, Map<string, CommittedReading>>();
  const presence = new Map<string, boolean>();
  return {
    addReading(reading) {
      let metrics = stations.get(reading.station);
      if (metrics === undefined) stations.set(reading.station, (metrics = new Map()));
      metrics.set(reading.metric, reading);
    },
    addPresence(station, online) {
      presence.set(station, online);
    },
    toText({ station, units }) {
      const wanted = station === undefined ? [...stations.values()] : [stations.get(station)];
      const readings = wanted.flatMap((metrics) => [...(metrics?.values() ?? [])]);
      const texts = readings.length === 0 ? [] : [readingEvent(readings, units)];
      for (const [name, online] of presence) {
        if (station === undefined || station === name)
          texts.push(event('presence', { station: name, online }));
      }
      return texts.join('');
    },
  };
}

function readingEvent(readings: readonly CommittedReading[], units: UnitSystem | undefined): string {
  const shown = readings.map(({ station, metric, value, unit, measuredAt }) => ({
    station,
    metric,
    ...showValue(value, unit, units),
    measuredAt: formatMicros(measuredAt),
  }));
  return event('reading', shown);
}

/** A comment keeps proxies awake; the event is what a page can see, and tells it the service's time, and whether it is still the one that made it. */
export function pingEvent(now: Micros, build: string): string {
  return `: ping\n${event('ping', { time: formatMicros(now), build })}`;
}

function event(name: string, data: object): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
