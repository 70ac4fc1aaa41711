import { expect } from 'vitest';

/**
 * What Home Assistant takes, of what our messages make use of: homeassistant/components/sensor/const.py, DEVICE_CLASS_UNITS and
 * DEVICE_CLASS_STATE_CLASSES; homeassistant/const.py for the units.
 */
const CLASSES: Readonly<Record<string, { units: readonly string[]; states: readonly string[] }>> = {
  atmospheric_pressure: {
    units: ['Pa', 'hPa', 'kPa', 'bar', 'cbar', 'mbar', 'mmHg', 'inHg', 'psi'],
    states: ['measurement'],
  },
  battery: { units: ['%'], states: ['measurement'] },
  carbon_dioxide: { units: ['ppm'], states: ['measurement'] },
  distance: {
    units: ['mm', 'cm', 'm', 'km', 'in', 'ft', 'yd', 'mi'],
    states: ['measurement', 'total', 'total_increasing'],
  },
  humidity: { units: ['%'], states: ['measurement'] },
  illuminance: { units: ['lx'], states: ['measurement'] },
  irradiance: { units: ['W/m²', 'BTU/(h⋅ft²)'], states: ['measurement'] },
  moisture: { units: ['%'], states: ['measurement'] },
  pm1: { units: ['µg/m³'], states: ['measurement'] },
  pm10: { units: ['µg/m³'], states: ['measurement'] },
  pm25: { units: ['µg/m³'], states: ['measurement'] },
  precipitation: { units: ['mm', 'cm', 'in'], states: ['measurement', 'total', 'total_increasing'] },
  precipitation_intensity: { units: ['in/d', 'in/h', 'mm/d', 'mm/h'], states: ['measurement'] },
  pressure: {
    units: ['Pa', 'hPa', 'kPa', 'bar', 'cbar', 'mbar', 'mmHg', 'inHg', 'psi'],
    states: ['measurement'],
  },
  signal_strength: { units: ['dB', 'dBm'], states: ['measurement'] },
  speed: { units: ['m/s', 'km/h', 'mph', 'kn', 'ft/s', 'mm/h', 'in/h'], states: ['measurement'] },
  temperature: { units: ['°C', '°F', 'K'], states: ['measurement'] },
  voltage: { units: ['V', 'mV', 'µV', 'kV', 'MV'], states: ['measurement'] },
  wind_direction: { units: ['°'], states: ['measurement_angle'] },
  wind_speed: { units: ['m/s', 'km/h', 'mph', 'kn', 'ft/s', 'Beaufort'], states: ['measurement'] },
};
const STATE_CLASSES = ['measurement', 'measurement_angle', 'total', 'total_increasing'];
/** `TOPIC_MATCHER` of homeassistant/components/mqtt/discovery.py, but for the component. */
const TOPIC = /^[^/]+\/sensor\/[a-zA-Z0-9_-]+\/[a-zA-Z0-9_-]+\/config$/;
/** Keys that the schema of an MQTT sensor has; others are dropped without a word. */
const KEYS =
  `name unique_id state_topic value_template unit_of_measurement device_class state_class availability device
  origin`.split(/\s+/);

/** Expects a device class, state class and unit that go together. */
export function expectValidClasses(
  deviceClass: string | undefined,
  stateClass: string | undefined,
  unit: string | undefined,
): void {
  if (stateClass !== undefined) expect(STATE_CLASSES).toContain(stateClass);
  // STATE_CLASS_UNITS
  if (stateClass === 'measurement_angle') expect(unit).toBe('°');
  if (deviceClass === undefined) return;
  const rules = CLASSES[deviceClass];
  expect(rules, `a device class ${deviceClass}`).toBeDefined();
  expect(rules?.units, `the units of ${deviceClass}`).toContain(unit);
  if (stateClass !== undefined)
    expect(rules?.states, `the state classes of ${deviceClass}`).toContain(stateClass);
}

/** A discovery message, read. */
export interface SensorConfig {
  readonly name: string;
  readonly unique_id: string;
  readonly state_topic: string;
  readonly unit_of_measurement?: string;
  readonly device_class?: string;
  readonly state_class?: string;
  readonly availability?: readonly { readonly topic: string }[];
  readonly device: {
    readonly identifiers: readonly string[];
    readonly name: string;
    readonly configuration_url?: string;
  };
  readonly origin: { readonly name: string; readonly sw_version: string };
}

/** Reads a discovery message, and expects Home Assistant to take it. */
export function readSensorConfig(topic: string, payload: string): SensorConfig {
  expect(topic).toMatch(TOPIC);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is not there fails below
  const config = JSON.parse(payload) as SensorConfig;
  expect(KEYS).toEqual(expect.arrayContaining(Object.keys(config)));
  for (const text of [
    config.name,
    config.unique_id,
    config.state_topic,
    config.device.name,
    config.origin.name,
  ]) {
    expect(text).toMatch(/./);
  }
  // Identifiers, or connections, make the device.
  expect(config.device.identifiers).toHaveLength(1);
  const { configuration_url: url } = config.device;
  if (url !== undefined) expect(new URL(url).protocol).toMatch(/^https?:$/);
  expectValidClasses(config.device_class, config.state_class, config.unit_of_measurement);
  return config;
}
