import type { LatestReading, StationSnapshot } from '../../telemetry/station.ts';
import { LIVE_PREFIX, STATION_PREFIX } from '../../telemetry/topic.ts';
import { sensorClass } from './sensor-class.ts';
import { discoveryTopic } from './topics.ts';

/** What is the same in all messages. */
export interface DiscoveryFacts {
  /** The topic that Home Assistant looks below. */
  readonly prefix: string;
  readonly version: string;
  /** Where people find the page of a station; `undefined` where we don't know by which address they reach us. */
  readonly stationUrl: (station: string) => string | undefined;
  /** Whether a station's status topic holds `online` or `offline`. */
  readonly hasStatus: (station: string) => boolean;
}

export interface DiscoveryMessage {
  readonly topic: string;
  /** JSON. */
  readonly payload: string;
}

type Series = Pick<LatestReading, 'metric' | 'unit'>;

/**
 * Announces a series as a sensor of the station's device. Of the forms that Home Assistant takes it is the one with a topic for each
 * sensor: a series comes and goes by itself, and all versions know it.
 */
export function discoveryMessage(
  station: Pick<StationSnapshot, 'station' | 'title' | 'displays'>,
  { metric, unit }: Series,
  facts: DiscoveryFacts,
): DiscoveryMessage {
  const { deviceClass, stateClass } = sensorClass(metric, unit);
  const name = station.station;
  // Undefined ones are left out by JSON.
  const config = {
    name: station.displays.get(metric)?.title ?? sensorName(metric),
    unique_id: `thermograph/${name}/${metric}`,
    state_topic: `${LIVE_PREFIX}${name}/${metric}`,
    value_template: '{{ value_json.value }}',
    unit_of_measurement: unit ?? undefined,
    device_class: deviceClass,
    state_class: stateClass,
    // Home Assistant takes what has never said that it is available for unavailable, and many boards say nothing.
    availability: facts.hasStatus(name) ? [{ topic: `${STATION_PREFIX}${name}/status` }] : undefined,
    device: {
      identifiers: [`thermograph/${name}`],
      name: station.title,
      manufacturer: 'Thermograph',
      configuration_url: facts.stationUrl(name),
    },
    origin: { name: 'Thermograph', sw_version: facts.version },
  };
  return { topic: discoveryTopic(facts.prefix, name, metric), payload: JSON.stringify(config) };
}

/** `wind_speed.roof` as `Wind speed, roof`. */
function sensorName(metric: string): string {
  const parts = metric.split('.').filter((part) => part !== '');
  const text = parts.map((part) => part.replaceAll('_', ' ').trim()).join(', ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
