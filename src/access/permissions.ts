import { LIVE_PREFIX, STATION_PREFIX } from '../telemetry/topic.ts';
import { filterCovers, filterMatches } from '../telemetry/topic-filter.ts';
import type { Credential } from './credential.ts';

/** Who asks: a credential whose secret was shown, or somebody without one where that is allowed. */
export type Principal = Credential | Anonymous | ChannelWriter | Nobody;

/** Somebody without a credential. */
export interface Anonymous {
  readonly id: null;
  readonly kind: 'anonymous';
  readonly name: null;
}

/** Somebody who has shown the write key of a channel of ThingSpeak's: may write to that one, and do nothing else. */
export interface ChannelWriter {
  readonly id: null;
  readonly kind: 'channel';
  /** For the log. */
  readonly name: string;
  readonly channelId: number;
  /** Of the key; it is of no use any more when that of the channel is another. */
  readonly fingerprint: string;
}

/** Somebody who was not let in, or is no longer: may do nothing. */
export interface Nobody {
  readonly id: null;
  readonly kind: 'nobody';
  readonly name: null;
}

export const ANONYMOUS: Anonymous = { id: null, kind: 'anonymous', name: null };
export const NOBODY: Nobody = { id: null, kind: 'nobody', name: null };

const ALL_STATIONS = `${STATION_PREFIX}#`;
const ALL_LIVE = `${LIVE_PREFIX}#`;

/**
 * Whether a message may be published there. What nobody may publish is refused elsewhere: this is about whose a topic is. It is
 * asked for each message.
 */
export function mayPublish(principal: Principal, topic: string): boolean {
  if (principal.kind === 'anonymous') return true;
  return principal.kind === 'station' && isOwnTopic(topic, principal.name);
}

/** Whether all that the filter takes in may be read. */
export function maySubscribe(principal: Principal, filter: string): boolean {
  if (principal.kind === 'anonymous') return true;
  return readableFilters(principal).some((allowed) => filterCovers(allowed, filter));
}

/** Whether a message may be handed out: what was subscribed to may have been allowed to another, or before. */
export function mayReceive(principal: Principal, topic: string): boolean {
  if (principal.kind === 'anonymous') return true;
  return readableFilters(principal).some((allowed) => filterMatches(allowed, topic));
}

/** Whether readings of a station may be posted over HTTP. */
export function mayPostReadings(principal: Principal, station: string): boolean {
  if (principal.kind === 'admin') return true;
  return mayPublish(principal, `${STATION_PREFIX}${station}`);
}

/** Whether a station's readings may be read over HTTP. */
export function mayReadStation(principal: Principal, station: string): boolean {
  if (principal.kind === 'station') return principal.name === station;
  return (
    maySubscribe(principal, `${STATION_PREFIX}${station}/#`) ||
    maySubscribe(principal, `${LIVE_PREFIX}${station}/#`)
  );
}

/** Whether the readings of all stations may be read over HTTP. */
export function mayReadEverything(principal: Principal): boolean {
  return maySubscribe(principal, ALL_STATIONS) || maySubscribe(principal, ALL_LIVE);
}

/** Whether things may be changed, and what concerns clients be seen, over HTTP. */
export function mayAdminister(principal: Principal): boolean {
  return principal.kind === 'admin';
}

function readableFilters(principal: Credential | ChannelWriter | Nobody): readonly string[] {
  if (principal.kind === 'nobody' || principal.kind === 'channel') return [];
  const { kind, name, filters } = principal;
  if (kind === 'station') return [`${STATION_PREFIX}${name}/#`, `${LIVE_PREFIX}${name}/#`];
  return kind === 'admin' ? ['#'] : filters;
}

function isOwnTopic(topic: string, station: string): boolean {
  if (!topic.startsWith(station, STATION_PREFIX.length) || !topic.startsWith(STATION_PREFIX)) return false;
  const end = STATION_PREFIX.length + station.length;
  return topic.length === end || topic[end] === '/';
}
