import { expect } from 'vitest';
import type { TestDatabase } from '../../../support/database.ts';
import type { Board } from './board.ts';

export interface StoredRow {
  /** Unix seconds. */
  readonly at: number;
  readonly value: number;
}

/** The rows of a metric in the order of their times. */
export async function stored(
  { pool }: TestDatabase,
  metric: string,
  station = 'outside',
): Promise<readonly StoredRow[]> {
  const { rows } = await pool.query<StoredRow>(
    `SELECT extract(epoch FROM measured_at)::float8 AS at, value
     FROM readings JOIN series ON series.id = series_id JOIN stations ON stations.id = station_id
     WHERE metric = $1 AND station = $2 ORDER BY measured_at, value`,
    [metric, station],
  );
  return rows;
}

/** Every value that the sensor gave is there once, at its time, and nothing else is. */
export function expectExactly(rows: readonly StoredRow[], measured: Board['measured']): void {
  expect(rows.map(({ value }) => value)).toEqual(measured.map(({ celsius }) => celsius));
  const apart = rows.map(({ at }, i) => Math.abs(at - measured[i]!.at));
  // The board counts whole seconds.
  expect(Math.max(0, ...apart)).toBeLessThanOrEqual(1.5);
}
