import { STATION_PREFIX } from '../../telemetry/topic.ts';
import type { RetainedMessages } from '../state/retained-messages.ts';
import { createDiscovery, type Discovery, type DiscoveryPacket, type KnownStations } from './discovery.ts';
import type { DiscoveryFacts } from './discovery-message.ts';

/** How Home Assistant is told of the stations. */
export type HomeAssistantFacts = Omit<DiscoveryFacts, 'hasStatus'>;

export interface HomeAssistant extends HomeAssistantFacts {
  readonly stations: KnownStations;
  /** The names of those that have come or gone, or got another title or other series, since it was asked last. */
  readonly changed: () => ReadonlySet<string>;
}

export interface Announcing {
  /** `undefined` where nobody is told. */
  readonly discovery: Discovery | undefined;
  /** Hands over what changes from now on. */
  follow(publish: (packet: DiscoveryPacket) => void): void;
  stop(): void;
}

/** A new series, title or unit is known within this time. */
const LOOK_EVERY_MS = 2_000;
/** Of so many stations at a time; those that are left have their turn when others have had theirs. */
const STATIONS_AT_A_TIME = 25;
const STATUSES = new Set(['online', 'offline']);
const LONGEST_STATUS = 'offline'.length;
const STATUS_END = '/status';

export function announceStations(
  homeAssistant: HomeAssistant | undefined,
  retained: Pick<RetainedMessages, 'find' | 'onStored'>,
): Announcing {
  if (homeAssistant === undefined) return { discovery: undefined, follow: noop, stop: noop };
  const hasStatus = (station: string): boolean => {
    const payload = retained.find(`${STATION_PREFIX}${station}${STATUS_END}`)?.payload;
    // What is retained there may be long.
    return payload !== undefined && payload.length <= LONGEST_STATUS && STATUSES.has(payload.toString());
  };
  const discovery = createDiscovery({ ...homeAssistant, hasStatus }, homeAssistant.stations);
  const waiting = new Set<string>();
  let looking: NodeJS.Timeout | undefined;
  let isStopped = false;

  function look(publish: (packet: DiscoveryPacket) => void): void {
    for (const station of homeAssistant!.changed()) waiting.add(station);
    let left = STATIONS_AT_A_TIME;
    for (const station of waiting) {
      if (left-- === 0) break;
      waiting.delete(station);
      discovery.changesOf(station).forEach(publish);
    }
    // Looked for now and then: to be told with each batch would be work for the way to the acknowledgement.
    if (!isStopped) looking = setTimeout(look, waiting.size > 0 ? 0 : LOOK_EVERY_MS, publish).unref();
  }

  return {
    discovery,
    follow(publish) {
      homeAssistant.changed();
      discovery.begin();
      retained.onStored = (topic) => {
        const station = stationOfStatus(topic);
        if (station !== undefined) waiting.add(station);
      };
      look(publish);
    },
    stop() {
      isStopped = true;
      clearTimeout(looking);
    },
  };
}

/** Whose status topic it is. */
function stationOfStatus(topic: string): string | undefined {
  const isStatus = topic.startsWith(STATION_PREFIX) && topic.endsWith(STATUS_END);
  return isStatus ? topic.slice(STATION_PREFIX.length, -STATUS_END.length) : undefined;
}

function noop(): void {}
