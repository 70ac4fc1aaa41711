import type { Pool } from 'pg';
import type { Micros } from '../telemetry/reading.ts';
import { type Chunk, readChunk } from './chunk-query.ts';
import type { Order, Position } from './readings-query.ts';
import type { NamedSeries } from './series-query.ts';
import { findFilled, readSlices, type Slice } from './slices-query.ts';

export interface ExportRequest {
  /** In the order in which their readings are to come. */
  readonly series: readonly NamedSeries[];
  readonly order: Order;
  /** Inclusive. */
  readonly from?: Micros | undefined;
  /** Exclusive. */
  readonly to?: Micros | undefined;
  /** Most readings in all. */
  readonly limit?: number | undefined;
}

/** The next readings of an export, all of one series. */
export interface ExportedChunk {
  readonly series: NamedSeries;
  readonly chunk: Chunk;
  /** About how much of it has been gone through, from 0 to 1. */
  readonly progress: number;
}

/** What is written of them takes some 100 KB, and the event loop two or three milliseconds. */
const CHUNK_ROWS = 1_000;

/**
 * Reads any number of readings, a chunk at a time, each with a statement of its own: nothing is held in the database in
 * between, however long whoever takes them thinks about it. Readings that are there from beginning to end come exactly once;
 * those that are stored or removed meanwhile may come or not.
 *
 * They come slice by slice, which is month by month, in each series by series, in each by time and value. Rows of all
 * series lie together in the order in which they came: series by series over all time, a disk would have to be gone
 * through once a series.
 * @throws what the database reports
 */
export async function* exportReadings(
  pool: Pool,
  request: ExportRequest,
  chunkRows = CHUNK_ROWS,
): AsyncGenerator<ExportedChunk, void, void> {
  const byId = new Map(request.series.map((series) => [series.seriesId, series]));
  if (byId.size === 0) return;
  const slices = await slicesOf(pool, request);
  const whole = slices.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  let left = request.limit ?? Infinity;
  for (const slice of slices) {
    const { from, to, size } = slice;
    const filled = await findFilled(pool, [...byId.keys()], slice);
    for (const [place, seriesId] of filled.entries()) {
      const series = byId.get(seriesId)!;
      let after: Position | undefined;
      while (left > 0) {
        const limit = Math.min(chunkRows, left);
        const chunk = await readChunk(pool, { seriesId, order: request.order, limit, from, to, after });
        const last = chunk.measuredAt.length - 1;
        if (last < 0) break;
        after = { measuredAt: chunk.measuredAt[last]!, value: chunk.value[last]! };
        left -= last + 1;
        const shareOfSeries = share(slice, request.order, after.measuredAt);
        const shareOfSlice = (place + shareOfSeries) / filled.length;
        yield { series, chunk, progress: (done + shareOfSlice * size) / whole };
        if (last + 1 < limit) break;
      }
    }
    done += size;
  }
}

/** In the order of the request, cut to its range. */
async function slicesOf(
  pool: Pool,
  { order, from = -Infinity, to = Infinity }: ExportRequest,
): Promise<readonly Slice[]> {
  const all = await readSlices(pool);
  const cut = all
    .map((slice) => {
      const within = { from: Math.max(slice.from, from), to: Math.min(slice.to, to) };
      return { ...within, size: slice.size * ((within.to - within.from) / (slice.to - slice.from)) };
    })
    .filter((slice) => slice.from < slice.to);
  return order === 'asc' ? cut : cut.toReversed();
}

function share({ from, to }: Slice, order: Order, time: Micros): number {
  const passed = (time - from) / (to - from);
  return order === 'asc' ? passed : 1 - passed;
}
