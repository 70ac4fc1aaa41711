import type { StationSnapshot } from '../../telemetry/station.ts';
import { STATION_PREFIX } from '../../telemetry/topic.ts';
import type { RetainedMessages } from '../state/retained-messages.ts';
import { createDiscovery, type Discovery, type DiscoveryPacket } from './discovery.ts';
import type { DiscoveryFacts } from './discovery-message.ts';

/** Whether, and how, Home Assistant is told of the stations. */
export type HomeAssistant = Omit<DiscoveryFacts, 'hasStatus'>;

export interface Announcing {
  /** `undefined` where nobody is told. */
  readonly discovery: Discovery | undefined;
  /** Hands over what changes from now on. */
  follow(publish: (packet: DiscoveryPacket) => void): void;
  stop(): void;
}

/** A new series, title or unit is known within this time. */
const LOOK_EVERY_MS = 2_000;
const STATUSES = new Set(['online', 'offline']);
const LONGEST_STATUS = 'offline'.length;

export function announceStations(
  homeAssistant: HomeAssistant | undefined,
  stations: () => readonly StationSnapshot[],
  retained: Pick<RetainedMessages, 'find'>,
): Announcing {
  if (homeAssistant === undefined) return { discovery: undefined, follow: noop, stop: noop };
  const hasStatus = (station: string): boolean => {
    const payload = retained.find(`${STATION_PREFIX}${station}/status`)?.payload;
    // What is retained there may be long, and is looked at for every station again and again.
    return payload !== undefined && payload.length <= LONGEST_STATUS && STATUSES.has(payload.toString());
  };
  const discovery = createDiscovery({ ...homeAssistant, hasStatus }, stations);
  let looking: NodeJS.Timeout | undefined;
  return {
    discovery,
    follow(publish) {
      const look = (): void => discovery.changes().forEach(publish);
      look();
      // Looked for now and then: to be told with each batch would be work for the way to the acknowledgement.
      looking = setInterval(look, LOOK_EVERY_MS);
      looking.unref();
    },
    stop: () => clearInterval(looking),
  };
}

function noop(): void {}
