import type { StationSnapshot } from '../../telemetry/station.ts';
import { databaseUnavailable, stationUnknown, WebError } from '../errors.ts';
import type { WebParts } from '../parts.ts';

/** @throws WebError 404 for a station that nobody knows or of which no reading is stored yet, 503 while nothing is known yet */
export function findStation(parts: WebParts, name: string): StationSnapshot {
  const snapshot = parts.station(name);
  if (snapshot !== undefined) return snapshot;
  if (!parts.storing().isPrepared) throw databaseUnavailable();
  for (const awaited of parts.credentials.stationNames()) {
    if (awaited === name) throw stationAwaited(name);
  }
  throw stationUnknown(name);
}

function stationAwaited(station: string): WebError {
  return new WebError(404, 'page-awaited', `no reading of ${station} is stored yet`, { values: { station } });
}
