import type { Queryable } from './queryable.ts';

/** How long it is remembered that a station was renamed or removed: longer than a service is stopped, or does not hear of it. */
const REMEMBERED = `interval '90 days'`;

/** A name that was that of a station. */
export interface FormerStation {
  readonly station: string;
  /** When it was taken from one last, as the database writes it. */
  readonly changedAt: string;
}

/**
 * Names that were those of stations and are nobody's now, of the last months. Whoever has one of them with a credential may be about to send
 * the first reading.
 * @throws what the database reports
 */
export async function readFormerStations(database: Queryable): Promise<readonly FormerStation[]> {
  const { rows } = await database.query<FormerStation & object>({
    text: `SELECT station, changed_at::text AS "changedAt" FROM former_stations
      WHERE changed_at > now() - ${REMEMBERED} 
        AND station NOT IN (SELECT station FROM stations) AND station NOT IN (SELECT name FROM credentials)`,
  });
  return rows;
}

/** To be called in the transaction that takes the name from a station. @throws what the database reports */
export async function noteFormerStation(database: Queryable, station: string): Promise<void> {
  await database.query({
    text: `INSERT INTO former_stations (station) VALUES ($1) ON CONFLICT (station) DO UPDATE SET changed_at = now()`,
    values: [station],
  });
  await database.query({
    text: `DELETE FROM former_stations WHERE changed_at < now() - ${REMEMBERED}`,
  });
  await database.query({
    text: `DELETE FROM removed_series WHERE is_empty AND removed_at < now() - ${REMEMBERED}`,
  });
}
