import type { SeriesName } from '../storage/history/look-up.ts';
import { isMetricName, isStationName } from '../telemetry/topic.ts';

/** Reads `outside:temperature,inside:temperature`; `undefined` where it is anything else. */
export function parseSeries(value: unknown): readonly SeriesName[] | undefined {
  if (typeof value !== 'string') return undefined;
  const series: SeriesName[] = [];
  for (const item of value.split(',')) {
    const [station = '', metric = '', ...more] = item.split(':');
    if (!isStationName(station) || !isMetricName(metric) || more.length > 0) return undefined;
    series.push({ station, metric });
  }
  return series;
}
