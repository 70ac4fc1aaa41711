import { isMetricName, isStationName } from '../telemetry/topic.ts';

export interface NamedSeries {
  readonly station: string;
  readonly metric: string;
}

/** Reads `outside:temperature,inside:temperature`; `undefined` where it is anything else. */
export function parseSeries(value: unknown): readonly NamedSeries[] | undefined {
  if (typeof value !== 'string') return undefined;
  const series: NamedSeries[] = [];
  for (const item of value.split(',')) {
    const [station = '', metric = '', ...more] = item.split(':');
    if (!isStationName(station) || !isMetricName(metric) || more.length > 0) return undefined;
    series.push({ station, metric });
  }
  return series;
}
