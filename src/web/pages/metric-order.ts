import type { StationSnapshot } from '../../telemetry/station.ts';
import { isHidden } from './series-display.ts';

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
  'wind_direction',
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
const UNIMPORTANT = ['battery', 'battery_voltage', 'rssi'];

const RANKS: ReadonlyMap<string, number> = new Map([
  ...IMPORTANT.map((metric, place) => [metric, place] as const),
  ...UNIMPORTANT.map((metric) => [metric, IMPORTANT.length + 1] as const),
]);

/**
 * In the owner's order, then important ones first; what the owner hides from the page of current values comes last, unless it has a
 * place of its own. All pages have them so.
 */
export function inOrder<T extends { readonly metric: string }>(
  station: Pick<StationSnapshot, 'displays'>,
  metrics: readonly T[],
): readonly T[] {
  const position = ({ metric }: T): number => station.displays.get(metric)?.position ?? Infinity;
  const hidden = ({ metric }: T): number => Number(isHidden(station, metric));
  return metrics.toSorted(
    (a, b) =>
      // Two without a position make NaN.
      position(a) - position(b) ||
      hidden(a) - hidden(b) ||
      rank(a.metric) - rank(b.metric) ||
      (a.metric < b.metric ? -1 : 1),
  );
}

function rank(metric: string): number {
  return RANKS.get(metric.split('.', 1)[0]!) ?? IMPORTANT.length;
}
