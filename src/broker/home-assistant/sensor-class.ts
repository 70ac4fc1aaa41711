import { metricKind } from '../../telemetry/metric-kind.ts';
import { quantityOf } from '../../telemetry/units.ts';

/** What Home Assistant wants to know of a sensor's values. */
export interface SensorClass {
  /** Decides about icons, and between which units it converts; `undefined` where none fits metric and unit. */
  readonly deviceClass: string | undefined;
  /** How it sums them up over time; `undefined`: not at all. */
  readonly stateClass: 'measurement' | 'measurement_angle' | 'total_increasing' | undefined;
}

type Choose = (name: string) => string | undefined;

const WIND = /(?:^|_)(?:wind|gust)/;
const WATER = /(?:^|_)(?:rain|rainfall|precipitation)(?:_|$)/;

/** By what units measure, as in `quantityOf`. A class takes certain units only: DEVICE_CLASS_UNITS in its sensor/const.py. */
const BY_QUANTITY: Readonly<Record<string, Choose>> = {
  temperature: () => 'temperature',
  pressure: (name) => (/^(?:pressure|barometer)/.test(name) ? 'atmospheric_pressure' : 'pressure'),
  speed: (name) => (WIND.test(name) ? 'wind_speed' : 'speed'),
  length: (name) => (WATER.test(name) ? 'precipitation' : 'distance'),
  'rain rate': () => 'precipitation_intensity',
  ratio: ratioClass,
  voltage: () => 'voltage',
  irradiance: () => 'irradiance',
  illuminance: () => 'illuminance',
  concentration: (name) => (/^pm(?:1|10|25)$/.test(name) ? name : undefined),
};

/** Of units that are kept as stations write them. */
const BY_UNIT: Readonly<Record<string, Choose>> = {
  ppm: (name) => (name === 'co2' ? 'carbon_dioxide' : undefined),
  dBm: (name) => (/^(?:rssi|signal)/.test(name) ? 'signal_strength' : undefined),
};

/** @param unit `null` where nobody has said */
export function sensorClass(metric: string, unit: string | null): SensorClass {
  const kind = metricKind(metric, unit);
  if (kind === 'direction') {
    // Their average is that of vectors, which it takes in degrees only; plain averages would be wrong.
    return unit === '°'
      ? { deviceClass: 'wind_direction', stateClass: 'measurement_angle' }
      : { deviceClass: undefined, stateClass: undefined };
  }
  const stateClass = kind === 'counter' ? 'total_increasing' : 'measurement';
  return { deviceClass: unit === null ? undefined : deviceClass(metric, unit), stateClass };
}

function deviceClass(metric: string, unit: string): string | undefined {
  const name = metric.split('.', 1)[0]!;
  const quantity = quantityOf(unit);
  const choose =
    quantity === undefined && Object.hasOwn(BY_UNIT, unit) ? BY_UNIT[unit] : BY_QUANTITY[quantity ?? ''];
  return choose?.(name);
}

function ratioClass(name: string): string | undefined {
  if (/moisture/.test(name)) return 'moisture';
  if (/humidity/.test(name)) return 'humidity';
  return /^battery(?:_level)?$/.test(name) ? 'battery' : undefined;
}
