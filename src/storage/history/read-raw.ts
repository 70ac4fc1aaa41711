import type { PoolClient } from 'pg';
import { counterStep, isCount } from '../../telemetry/counter.ts';
import { isDirection, normalDirection } from '../../telemetry/wind-direction.ts';
import type { Span } from '../../telemetry/spans.ts';
import { type ReadingRow, readReadings } from '../readings-query.ts';
import { readCountBefore } from './count-before.ts';
import type { SeriesExtent } from './extent.ts';
import type { HistoryBucket } from './history-bucket.ts';

/**
 * The readings of a series, each as a bucket of its own.
 * @returns `undefined`: there are more than so many
 * @throws what the database reports
 */
export async function readRaw(
  client: PoolClient,
  { seriesId, extent, kind, rolledUp }: SeriesExtent,
  asked: Span,
  most: number,
): Promise<readonly HistoryBucket[] | undefined> {
  if (extent === undefined) return [];
  const range = { from: Math.max(extent.from, asked.from), to: Math.min(extent.to, asked.to) };
  const readings = await readReadings(client, { seriesId, order: 'asc', limit: most + 1, ...range });
  if (readings.length > most) return undefined;
  if (kind === 'direction') return readings.map(ofDirection);
  if (kind !== 'counter') {
    const isIncrement = kind === 'increment';
    return readings.map((reading) => ({ ...ofValue(reading), ...(isIncrement && { rise: reading.value }) }));
  }
  return walk(
    readings,
    await readCountBefore(client, seriesId, { time: range.from, rawFrom: rolledUp.rawFrom }),
  );
}

function ofValue({ measuredAt, value }: ReadingRow): HistoryBucket {
  return { time: measuredAt, count: 1, min: value, avg: value, max: value };
}

function ofDirection({ measuredAt, value }: ReadingRow): HistoryBucket {
  const avg = isDirection(value) ? normalDirection(value) : null;
  return { time: measuredAt, count: 1, min: null, avg, max: null };
}

/** @param before the last count before the first reading */
function walk(readings: readonly ReadingRow[], before: number | undefined): HistoryBucket[] {
  let last = before;
  return readings.map((reading) => {
    if (!isCount(reading.value)) return { ...ofValue(reading), rise: null };
    const rise = counterStep(last, reading.value);
    last = reading.value;
    return { ...ofValue(reading), rise };
  });
}
