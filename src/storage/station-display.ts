import type { Queryable } from './queryable.ts';

/** How the owner wants a station to be shown. */
export interface StationDisplay {
  readonly station: string;
  /** `null`: by its own name. */
  readonly title: string | null;
  /** What stands together with others. */
  readonly group: string | null;
  /** Among the others, those with the least first; those without come last. */
  readonly position: number | null;
}

const COLUMNS = 'station, title, display_group AS "group", position';

/** Of every station. @throws what the database reports */
export async function readStationDisplays(database: Queryable): Promise<readonly StationDisplay[]> {
  const { rows } = await database.query<StationDisplay>({ text: `SELECT ${COLUMNS} FROM stations` });
  return rows;
}

/**
 * Changes what is given, and leaves the rest as it is.
 * @returns how it is now; `undefined` if there is no such station
 * @throws what the database reports
 */
export async function editStationDisplay(
  database: Queryable,
  station: string,
  changes: Partial<Omit<StationDisplay, 'station'>>,
): Promise<StationDisplay | undefined> {
  const has = (name: keyof typeof changes): boolean => changes[name] !== undefined;
  const { rows } = await database.query<StationDisplay>({
    text: `
      UPDATE stations SET
        title = CASE WHEN $2 THEN $3 ELSE title END,
        display_group = CASE WHEN $4 THEN $5 ELSE display_group END,
        position = CASE WHEN $6 THEN $7::int ELSE position END
      WHERE station = $1 RETURNING ${COLUMNS}`,
    values: [
      station,
      has('title'),
      changes.title ?? null,
      has('group'),
      changes.group ?? null,
      has('position'),
      changes.position ?? null,
    ],
  });
  return rows[0];
}
