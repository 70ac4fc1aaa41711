import { csvCell } from '../telemetry/csv.ts';
import { formatMicros } from '../telemetry/format-time.ts';
import type { ShownSeries } from './history-reply.ts';

const HEAD = 'station,metric,unit,time,count,min,avg,max,rise';

/** A line for each bucket, a series after the other [RFC 4180]. Names need no quotes; a unit is whatever a station has sent. */
export function historyCsv(series: readonly ShownSeries[]): string {
  const lines = series.flatMap(({ station, metric, unit, buckets }) => {
    const start = [station, metric, csvCell(unit ?? '')].join(',');
    return buckets.map(({ time, count, min, avg, max, rise }) =>
      [start, formatMicros(time), count, min ?? '', avg ?? '', max ?? '', rise ?? ''].join(','),
    );
  });
  return [HEAD, ...lines, ''].join('\r\n');
}
