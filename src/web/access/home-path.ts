import { mayReadEverything, mayReadStation, type Principal } from '../../access/permissions.ts';
import { stationHref } from '../pages/station-card.ts';
import type { WebParts } from '../parts.ts';

/** The first page that somebody may read. */
export function homePath(parts: Pick<WebParts, 'isPrivate' | 'stations'>, principal: Principal): string {
  if (!parts.isPrivate || mayReadEverything(principal)) return '/';
  if (principal.kind === 'station') return stationHref(principal.name);
  const readable = parts.stations().find(({ station }) => mayReadStation(principal, station));
  return readable === undefined ? '/' : stationHref(readable.station);
}
