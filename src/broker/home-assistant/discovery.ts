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
  /** Takes all stations for announced, as they are. */
  begin(): void;
  /** What there is to tell of a station, for those who subscribe already; nothing where only its readings have changed. */
  changesOf(station: string): readonly DiscoveryPacket[];
}

export interface KnownStations {
  readonly all: () => readonly StationSnapshot[];
  readonly find: (station: string) => StationSnapshot | undefined;
}

/** What a station was announced as: its messages are made of it again when there is something to compare them with. */
interface Told {
  readonly station: StationSnapshot;
  readonly hasStatus: boolean;
}

export function createDiscovery(facts: DiscoveryFacts, stations: KnownStations): Discovery {
  const told = new Map<string, Told>();

  const tell = (station: StationSnapshot): Told => ({
    station,
    hasStatus: facts.hasStatus(station.station),
  });
  const messagesOf = ({ station, hasStatus }: Told): readonly DiscoveryMessage[] =>
    station.latest.map((series) =>
      discoveryMessage(station, series, { ...facts, hasStatus: () => hasStatus }),
    );

  return {
    *retained(filters) {
      // Most subscribers want none of them, and there may be thousands.
      if (!filters.some((filter) => reachesBelow(filter, facts.prefix))) return;
      for (const message of stations.all().flatMap((station) => messagesOf(tell(station)))) {
        if (filters.some((filter) => filterMatches(filter, message.topic))) yield packet(message, true);
      }
    },
    begin() {
      for (const station of stations.all()) told.set(station.station, tell(station));
    },
    changesOf(name) {
      const before = told.get(name);
      const station = stations.find(name);
      const now = station && tell(station);
      if (now === undefined) told.delete(name);
      else told.set(name, now);
      return differences(before ? messagesOf(before) : [], now ? messagesOf(now) : []);
    },
  };
}

function differences(
  before: readonly DiscoveryMessage[],
  now: readonly DiscoveryMessage[],
): readonly DiscoveryPacket[] {
  const earlier = new Map(before.map(({ topic, payload }) => [topic, payload]));
  const changed = now.filter(({ topic, payload }) => earlier.get(topic) !== payload);
  for (const { topic } of now) earlier.delete(topic);
  const gone = Array.from(earlier.keys(), (topic) => ({ topic, payload: '' }));
  return [...changed, ...gone].map((message) => packet(message, false));
}

function reachesBelow(filter: string, prefix: string): boolean {
  const first = filter.split('/', 1)[0]!;
  return first === prefix || first === '#' || first === '+';
}

function packet({ topic, payload }: DiscoveryMessage, retain: boolean): DiscoveryPacket {
  return { cmd: 'publish', topic, payload: Buffer.from(payload), qos: 1, retain, dup: false };
}
