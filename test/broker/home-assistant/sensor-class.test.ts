import { describe, expect, test } from 'vitest';
import { sensorClass } from '../../../src/broker/home-assistant/sensor-class.ts';
import { expectValidClasses } from '../../support/home-assistant-rules.ts';

const METRICS =
  `temperature temperature.in dew_point soil_temperature humidity humidity.in soil_moisture battery battery_voltage
  pressure pressure_sea barometer tyre_pressure wind_speed wind_gust wind_dir wind_direction.2 wind_gust_direction speed rain rain_day
  rain_hour rain_total daily_rain piezo_rain_day rain_rate precipitation snow_depth solar_radiation illuminance co2 pm1 pm25 pm10 pm4
  rssi uv sun_dir trend constructor`.split(/\s+/);
const UNITS = [
  ...'°C °F K hPa Pa kPa inHg mmHg m/s km/h mph kn mm cm in mm/h in/h % V mV W/m² lx µg/m³ ° ppm dBm UV toString'.split(
    ' ',
  ),
  null,
];

describe('the classes of a sensor', () => {
  test('go with its unit, whatever metric has whichever unit', () => {
    for (const metric of METRICS) {
      for (const unit of UNITS) {
        const { deviceClass, stateClass } = sensorClass(metric, unit);
        const look = (): void => expectValidClasses(deviceClass, stateClass, unit ?? undefined);
        expect(look, `${metric} in ${unit}`).not.toThrow();
      }
    }
  });

  test.each([
    ['temperature', '°C', 'temperature', 'measurement'],
    ['pressure_sea', 'hPa', 'atmospheric_pressure', 'measurement'],
    ['wind_gust', 'km/h', 'wind_speed', 'measurement'],
    ['wind_direction', '°', 'wind_direction', 'measurement_angle'],
    ['sun_elevation', '°', undefined, 'measurement'],
    ['rain', 'mm', 'precipitation', 'measurement'],
    ['rain_day.2', 'mm', 'precipitation', 'total_increasing'],
    ['rain_total', null, undefined, 'total_increasing'],
    ['rain_rate', 'in/h', 'precipitation_intensity', 'measurement'],
    ['snow_depth', 'cm', 'distance', 'measurement'],
    ['soil_moisture', '%', 'moisture', 'measurement'],
    ['battery', '%', 'battery', 'measurement'],
    ['pm25', 'µg/m³', 'pm25', 'measurement'],
    ['co2', 'ppm', 'carbon_dioxide', 'measurement'],
    ['wind_dir', null, undefined, undefined],
    ['uv', 'UV', undefined, 'measurement'],
  ])('%s in %s is %s, %s', (metric, unit, deviceClass, stateClass) => {
    expect(sensorClass(metric, unit)).toEqual({ deviceClass, stateClass });
  });
});
