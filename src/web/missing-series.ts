import { invalidParameter, metricUnknown, stationUnknown, type WebError } from './errors.ts';

/** Why there is no such series. @param asked which metric was asked for; `undefined`: none was, and temperature was looked for */
export function missingSeries(
  kind: 'station-unknown' | 'metric-unknown',
  station: string,
  asked: string | undefined,
): WebError {
  if (kind === 'station-unknown') return stationUnknown(station);
  if (asked !== undefined) return metricUnknown(station, asked);
  return invalidParameter('metric', 'is required, for this station has no temperature');
}
