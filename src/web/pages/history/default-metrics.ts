import type { StationSnapshot } from '../../../telemetry/station.ts';
import { inOwnersOrder, isHidden } from '../series-display.ts';

const MOST = 6;

/** What people look for first, by the first part of the metric's name; what is not here comes after it, by name. */
const IMPORTANT = [
  'temperature',
  'humidity',
  'pressure',
  'pressure_sea',
  'pressure_station',
  'wind_speed',
  'wind_gust',
  'wind_dir',
  'rain',
  'rain_rate',
  'rain_hour',
  'rain_day',
  'solar_radiation',
  'uv_index',
  'uv',
  'co2',
  'pm25',
  'pm10',
  'soil_temperature',
  'soil_moisture',
];
/** Of the device rather than of the weather. */
const UNIMPORTANT = new Set(['battery', 'battery_voltage', 'rssi']);

/** The charts of a station for which nobody has chosen any, in their order. */
export function defaultMetrics(snapshot: Listed): readonly string[] {
  return metricsInOrder(snapshot).slice(0, MOST);
}

/** In the owner's order, and then important ones first; those last that the owner hides from the page of current values. */
export function metricsInOrder(snapshot: Listed, latest = snapshot.latest): readonly string[] {
  const hidden = (metric: string): number => Number(isHidden(snapshot, metric));
  const metrics = latest.toSorted(
    ({ metric: a }, { metric: b }) => hidden(a) - hidden(b) || rank(a) - rank(b) || (a < b ? -1 : 1),
  );
  return inOwnersOrder(snapshot, metrics).map(({ metric }) => metric);
}

type Listed = Pick<StationSnapshot, 'latest' | 'displays'>;

function rank(metric: string): number {
  const first = metric.split('.', 1)[0]!;
  const place = IMPORTANT.indexOf(first);
  if (place !== -1) return place;
  return IMPORTANT.length + (UNIMPORTANT.has(first) ? 1 : 0);
}
