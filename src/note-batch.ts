import type { Row } from './ingest/rows.ts';
import type { Submission } from './ingest/submission.ts';
import type { Stations } from './live/stations.ts';
import type { CommittedReading } from './telemetry/reading.ts';

/** Brings what is known of the stations up to date, and returns what there is to tell, if anybody wants to know. */
export function noteCommitted(
  stations: Stations,
  rows: readonly Row[],
  isWanted: boolean,
): readonly CommittedReading[] {
  const committed: CommittedReading[] = [];
  for (const { series, value, measuredAt, submission } of rows) {
    // It went with its station, of which nobody is to hear any more.
    if (series.isRemoved) continue;
    const { receivedAt } = submission.message;
    const isLatest = stations.commit(series, { value, measuredAt, receivedAt });
    const { station, metric, unit } = series;
    if (isWanted) committed.push({ station, metric, value, unit, measuredAt, isLatest });
  }
  return committed;
}

/** Stations were heard of, also where nothing was understood. */
export function noteHeard(stations: Stations, batch: readonly Submission[]): void {
  for (const { decoded, message } of batch) {
    if (decoded.station !== null) stations.heard(decoded.station, message.receivedAt);
    // A channel has fields of several.
    else for (const { station } of decoded.readings) stations.heard(station, message.receivedAt);
  }
}
