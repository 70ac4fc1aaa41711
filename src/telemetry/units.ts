import { quoteValue } from './quote.ts';
import type { Rejection } from './reading.ts';

/** `base = value * factor + offset`, among units of one quantity. */
interface UnitDefinition {
  readonly quantity: string;
  readonly factor: number;
  readonly offset: number;
  readonly aliases: readonly string[];
}

function unit(quantity: string, factor: number, aliases: readonly string[], offset = 0): UnitDefinition {
  return { quantity, factor, offset, aliases };
}

/**
 * The units that can be converted into each other, by the spelling that we keep. Factors are exact by definition
 * (NIST SP 811, appendix B), but for inHg and mmHg, which are the conventional values there.
 */
const UNITS: Readonly<Record<string, UnitDefinition>> = {
  '°C': unit('temperature', 1, ['c', 'degc', 'celsius', '℃']),
  '°F': unit('temperature', 5 / 9, ['f', 'degf', 'fahrenheit', '℉'], -160 / 9),
  K: unit('temperature', 1, ['kelvin'], -273.15),
  hPa: unit('pressure', 1, ['mbar', 'mb']),
  Pa: unit('pressure', 0.01, []),
  kPa: unit('pressure', 10, []),
  inHg: unit('pressure', 33.863886666667, []),
  mmHg: unit('pressure', 1.33322387415, []),
  'm/s': unit('speed', 1, ['mps']),
  'km/h': unit('speed', 1 / 3.6, ['kph', 'kmh']),
  mph: unit('speed', 0.44704, ['mi/h']),
  kn: unit('speed', 1852 / 3600, ['kt', 'kts', 'knot', 'knots']),
  mm: unit('length', 1, []),
  cm: unit('length', 10, []),
  in: unit('length', 25.4, ['inch', 'inches']),
  'mm/h': unit('rain rate', 1, []),
  'in/h': unit('rain rate', 25.4, []),
  '%': unit('ratio', 1, ['percent', '%rh']),
  V: unit('voltage', 1, ['volt']),
  mV: unit('voltage', 0.001, []),
  'W/m²': unit('irradiance', 1, ['w/m2']),
  lx: unit('illuminance', 1, ['lux']),
  'µg/m³': unit('concentration', 1, ['ug/m3', 'μg/m³', 'µg/m3', 'μg/m3']),
  '°': unit('angle', 1, ['deg', 'degree', 'degrees']),
};

/** The unit that a value is in when nobody says, by the metric's first segment (`temperature.in` is a temperature). */
const DEFAULT_UNITS: Readonly<Record<string, string>> = {
  temperature: '°C',
  dew_point: '°C',
  soil_temperature: '°C',
  humidity: '%',
  soil_moisture: '%',
  battery: '%',
  pressure: 'hPa',
  pressure_sea: 'hPa',
  pressure_station: 'hPa',
  wind_speed: 'm/s',
  wind_gust: 'm/s',
  wind_dir: '°',
  wind_direction: '°',
  wind_gust_dir: '°',
  wind_gust_direction: '°',
  rain: 'mm',
  rain_hour: 'mm',
  rain_day: 'mm',
  rain_event: 'mm',
  rain_week: 'mm',
  rain_month: 'mm',
  rain_year: 'mm',
  rain_total: 'mm',
  rain_counter: 'mm',
  rain_rate: 'mm/h',
  solar_radiation: 'W/m²',
  illuminance: 'lx',
  battery_voltage: 'V',
  co2: 'ppm',
  pm25: 'µg/m³',
  pm10: 'µg/m³',
};

// Letters' case is folded last: `mV` and `MV` differ, but no station means the latter.
const SPELLINGS: ReadonlyMap<string, string> = new Map(
  Object.entries(UNITS).flatMap(([name, { aliases }]) =>
    [name.toLowerCase(), ...aliases].map((alias): [string, string] => [alias, name]),
  ),
);
// A unit that we can't convert is kept as the station wrote it: any short text of letters, digits and signs.
const FREE_UNIT = /^[^\p{C}\p{Z}](?:[^\p{C}]{0,14}[^\p{C}\p{Z}])?$/u;

/** A unit in our spelling, or why it is none. */
export function parseUnit(value: unknown): string | Rejection {
  if (typeof value !== 'string') {
    return { reason: 'unit-unknown', detail: `unit ${quoteValue(value)} is not a text` };
  }
  const text = value.trim();
  const known = SPELLINGS.get(text.toLowerCase());
  if (known !== undefined) return known;
  if (FREE_UNIT.test(text)) return text;
  return { reason: 'unit-unknown', detail: `unit ${quoteValue(value)} is not a text of 1 to 16 characters` };
}

/** `null` where the metric's name does not tell. */
export function defaultUnit(metric: string): string | null {
  const segment = metric.split('.', 1)[0]!;
  return Object.hasOwn(DEFAULT_UNITS, segment) ? DEFAULT_UNITS[segment]! : null;
}

/** What a unit measures, as `length`; `undefined` where we don't know it. */
export function quantityOf(name: string): string | undefined {
  return Object.hasOwn(UNITS, name) ? UNITS[name]!.quantity : undefined;
}

/** `value` of unit `from` in unit `to`; `undefined` where they do not measure the same quantity. */
export function convertUnit(value: number, from: string, to: string): number | undefined {
  if (from === to) return value;
  const source = Object.hasOwn(UNITS, from) ? UNITS[from] : undefined;
  const target = Object.hasOwn(UNITS, to) ? UNITS[to] : undefined;
  if (source === undefined || target === undefined || source.quantity !== target.quantity) return undefined;
  return (value * source.factor + source.offset - target.offset) / target.factor;
}
