/*
 * How pages write numbers, ages and names. Browsers do the same in templates/assets/words.js when they update a page
 * in place; a test holds the two together.
 */

export type Freshness = 'fresh' | 'late' | 'stale';

/** A reading older than this is late, in milliseconds. */
export const LATE_AFTER_MS = 15 * 60_000;
/** A reading older than this does not say how it is now, in milliseconds. */
export const STALE_AFTER_MS = 60 * 60_000;

export function freshness(ageMs: number): Freshness {
  if (ageMs > STALE_AFTER_MS) return 'stale';
  return ageMs > LATE_AFTER_MS ? 'late' : 'fresh';
}

/** `12 s ago`; a time that is ahead of ours counts as now. */
export function ageText(ageMs: number): string {
  const seconds = Math.floor(ageMs / 1000);
  if (seconds < 1) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  const days = Math.floor(seconds / 86_400);
  return days === 1 ? '1 day ago' : `${days} days ago`;
}

/** How many decimals a value is written with: exactly so many, or up to two without trailing zeros. */
export type Decimals = '1' | '2' | 'trimmed';

const DECIMALS: Readonly<Record<string, Decimals>> = {
  '°C': '1',
  '°F': '1',
  hPa: '1',
  inHg: '2',
  'm/s': '1',
  mph: '1',
};

export function decimalsOf(unit: string | null): Decimals {
  return unit !== null && Object.hasOwn(DECIMALS, unit) ? DECIMALS[unit]! : 'trimmed';
}

/** With a true minus sign, which is as wide as a digit, and which screen readers speak. */
export function numberText(value: number, decimals: Decimals): string {
  const text = decimals === 'trimmed' ? trimmed(value) : value.toFixed(Number(decimals));
  return (Number(text) === 0 ? text.replace('-', '') : text).replace(/^-/, '\u{2212}');
}

function trimmed(value: number): string {
  // Two decimals would make nothing of a very small value.
  const shown = Math.abs(value) < 0.01 ? value.toPrecision(2) : value.toFixed(2);
  return String(Number(shown));
}

const METRIC_NAMES: Readonly<Record<string, string>> = {
  co2: 'CO\u{2082}',
  pm25: 'PM2.5',
  pm10: 'PM10',
  rain_day: 'Rain today',
  rain_hour: 'Rain in the hour',
  rssi: 'Signal (RSSI)',
  uv: 'UV',
  uv_index: 'UV index',
  voc: 'VOC',
  wind_dir: 'Wind direction',
  pressure_sea: 'Pressure at sea level',
  pressure_station: 'Pressure at the station',
};

/** `wind_speed` as a person would write it: `Wind speed`; `temperature.soil`: `Temperature, soil`. */
export function metricName(metric: string): string {
  const [first = '', ...rest] = metric.split('.').filter((part) => part !== '');
  const known = Object.hasOwn(METRIC_NAMES, first) ? METRIC_NAMES[first] : undefined;
  const head = known ?? capitalized(spaced(first));
  return [head, ...rest.map(spaced)].join(', ');
}

/** `messages_received` as `Messages received`. */
export function counterName(counter: string): string {
  return capitalized(spaced(counter));
}

/** `1 hour`, `3,120 hours` */
export function counted(count: number, one: string, several: string): string {
  return `${count.toLocaleString('en-GB')} ${count === 1 ? one : several}`;
}

/** `12 ms`, `3.4 s`, `7 min` */
export function durationText(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  return seconds < 100 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds / 60)} min`;
}

function spaced(text: string): string {
  return text.replaceAll('_', ' ').trim();
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
