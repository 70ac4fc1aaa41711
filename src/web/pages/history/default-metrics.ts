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
export function defaultMetrics(metrics: readonly string[]): readonly string[] {
  return inOrder(metrics).slice(0, MOST);
}

/** Important ones first. */
export function inOrder(metrics: readonly string[]): readonly string[] {
  return metrics.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

function rank(metric: string): number {
  const first = metric.split('.', 1)[0]!;
  const place = IMPORTANT.indexOf(first);
  if (place !== -1) return place;
  return IMPORTANT.length + (UNIMPORTANT.has(first) ? 1 : 0);
}
