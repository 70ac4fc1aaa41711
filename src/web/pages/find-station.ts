import type { StationSnapshot } from '../../telemetry/station.ts';
import { databaseUnavailable, stationUnknown } from '../errors.ts';
import type { WebParts } from '../parts.ts';

/** @throws WebError 404 for a station that nobody knows, 503 while nothing is known yet */
export function findStation(parts: WebParts, name: string): StationSnapshot {
  const snapshot = parts.station(name);
  if (snapshot !== undefined) return snapshot;
  throw parts.storing().isPrepared ? stationUnknown(name) : databaseUnavailable();
}
