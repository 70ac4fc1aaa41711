import type { StationSnapshot } from '../../telemetry/station.ts';
import { filterMatches } from '../../telemetry/topic-filter.ts';
import { type DiscoveryFacts, type DiscoveryMessage, discoveryMessage } from './discovery-message.ts';

/** A discovery message as Aedes takes it. */
export interface DiscoveryPacket {
  readonly cmd: 'publish';
  readonly topic: string;
  /** Empty: what was announced there is gone. */
  readonly payload: Buffer;
  readonly qos: 1;
  readonly retain: boolean;
  readonly dup: false;
}

export interface Discovery {
  /**
   * The retained messages for a new subscriber. Like those below `live/` they are made of what is known then and stored
   * nowhere, so that none is left when the setting is turned off.
   */
  retained(filters: readonly string[]): Generator<DiscoveryPacket>;
  /** What has changed since it was asked last, for those who subscribe already. The first time it is nothing. */
  changes(): readonly DiscoveryPacket[];
}

/** What a station was announced as. */
interface Told {
  /** Of all that its messages are made of. */
  readonly signature: string;
  /** By topic. */
  readonly payloads: ReadonlyMap<string, string>;
}

export function createDiscovery(
  facts: DiscoveryFacts,
  stations: () => readonly StationSnapshot[],
): Discovery {
  let told: ReadonlyMap<string, Told> | undefined;

  const messagesOf = (station: StationSnapshot): readonly DiscoveryMessage[] =>
    station.latest.map((series) => discoveryMessage(station, series, facts));

  function tell(station: StationSnapshot, before: Told | undefined): Told {
    const { displays } = station;
    const series = station.latest.map(({ metric, unit }) => [metric, unit, displays.get(metric)?.title]);
    const signature = JSON.stringify([station.title, facts.hasStatus(station.station), series]);
    // Its readings change all the time, these seldom.
    if (before?.signature === signature) return before;
    const payloads = new Map(messagesOf(station).map(({ topic, payload }) => [topic, payload]));
    return { signature, payloads };
  }

  return {
    *retained(filters) {
      // Most subscribers want none of them, and there may be thousands.
      if (!filters.some((filter) => reachesBelow(filter, facts.prefix))) return;
      for (const message of stations().flatMap(messagesOf)) {
        if (filters.some((filter) => filterMatches(filter, message.topic))) yield packet(message, true);
      }
    },
    changes() {
      const before = told;
      told = new Map(
        stations().map((station) => [station.station, tell(station, before?.get(station.station))]),
      );
      return before === undefined ? [] : differences(before, told);
    },
  };
}

function differences(
  before: ReadonlyMap<string, Told>,
  now: ReadonlyMap<string, Told>,
): readonly DiscoveryPacket[] {
  const nothing: Told['payloads'] = new Map();
  return [...new Set([...before.keys(), ...now.keys()])].flatMap((station) => {
    const [was, is] = [before.get(station), now.get(station)];
    if (was === is) return [];
    const [earlier, later] = [was?.payloads ?? nothing, is?.payloads ?? nothing];
    const changed = [...later].filter(([topic, payload]) => earlier.get(topic) !== payload);
    const gone = [...earlier.keys()]
      .filter((topic) => !later.has(topic))
      .map((topic) => [topic, ''] as const);
    return [...changed, ...gone].map(([topic, payload]) => packet({ topic, payload }, false));
  });
}

function reachesBelow(filter: string, prefix: string): boolean {
  const first = filter.split('/', 1)[0]!;
  return first === prefix || first === '#' || first === '+';
}

function packet({ topic, payload }: DiscoveryMessage, retain: boolean): DiscoveryPacket {
  return { cmd: 'publish', topic, payload: Buffer.from(payload), qos: 1, retain, dup: false };
}
