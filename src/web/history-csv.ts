import { setImmediate } from 'node:timers/promises';
import { csvCell } from '../telemetry/csv.ts';
import { formatMicros } from '../telemetry/format-time.ts';
import type { ShownSeries } from './history-reply.ts';

const HEAD = 'station,metric,unit,time,count,min,avg,max,rise';

/** A line for each bucket, a series after the other [RFC 4180]. Names need no quotes; a unit is whatever a station has sent. */
export async function historyCsv(series: readonly ShownSeries[]): Promise<string> {
  const parts = [`${HEAD}\r\n`];
  for (const { station, metric, unit, buckets } of series) {
    const start = [station, metric, csvCell(unit ?? '')].join(',');
    const lines = buckets.map(
      ({ time, count, min, avg, max, rise }) =>
        `${start},${formatMicros(time)},${count},${min ?? ''},${avg ?? ''},${max ?? ''},${rise ?? ''}\r\n`,
    );
    parts.push(lines.join(''));
    await setImmediate();
  }
  return parts.join('');
}
