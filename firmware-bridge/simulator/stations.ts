import type { WeatherHour } from './weather.ts';

/** Values by metric: `temperature` in °C, `pressure` in hPa, `wind_speed` in m/s. */
type Observation = Readonly<Record<string, number>>;

export interface SimulatedStation {
  readonly name: string;
  /** What it measures in that hour of the year; the year repeats. */
  readonly observe: (index: number) => Observation;
}

const ROOM_CELSIUS = 20.5;
/** How much of an outdoor swing comes through the walls. */
const ROOM_SHARE = 0.15;
/** The walls' memory: a mean over it damps the swing and delays it by half as much. */
const ROOM_MEMORY_HOURS = 12;
/** The international standard atmosphere's fall of temperature with height, in °C a metre. */
const LAPSE_PER_METRE = 0.0065;
const HIGHEST_METRES = 450;
const GOLDEN_RATIO = 0.618033988749895;

/**
 * The first `count` stations: `outside`, `inside`, then `station-003` and so on. Nothing in them is random, so that two
 * runs send the same values.
 */
export function simulateStations(hours: readonly WeatherHour[], count: number): readonly SimulatedStation[] {
  const yearMean = mean(hours.map((hour) => hour.temperature));
  const all = [outside(hours), inside(hours, yearMean)].slice(0, count);
  for (let number = 3; number <= count; number += 1) all.push(elsewhere(hours, number));
  return all;
}

/** The weather as the file has it. */
function outside(hours: readonly WeatherHour[]): SimulatedStation {
  return { name: 'outside', observe: (index) => observation(at(hours, index)) };
}

/**
 * A heated room: 20.5 °C + 0.15 × (mean outdoor temperature of the last 12 hours − that of the year). The pressure is
 * the one outside, for no house is tight. No humidity: the file has none to derive it from.
 */
function inside(hours: readonly WeatherHour[], yearMean: number): SimulatedStation {
  const observe = (index: number): Observation => {
    const recent = Array.from({ length: ROOM_MEMORY_HOURS }, (_, ago) => at(hours, index - ago).temperature);
    const temperature = ROOM_CELSIUS + ROOM_SHARE * (mean(recent) - yearMean);
    return { temperature: round(temperature), pressure: at(hours, index).pressure };
  };
  return { name: 'inside', observe };
}

/**
 * The same weather up to six hours later and up to 450 m higher, so colder and under less pressure, as the standard
 * atmosphere has it. Multiples of the golden ratio spread the heights evenly for any number of stations.
 */
function elsewhere(hours: readonly WeatherHour[], number: number): SimulatedStation {
  const metres = HIGHEST_METRES * ((number * GOLDEN_RATIO) % 1);
  const lagHours = number % 7;
  const pressureShare = (1 - 2.25577e-5 * metres) ** 5.25588;
  const observe = (index: number): Observation => {
    const hour = at(hours, index - lagHours);
    return observation({
      ...hour,
      temperature: round(hour.temperature - LAPSE_PER_METRE * metres),
      pressure: round(hour.pressure * pressureShare),
    });
  };
  return { name: `station-${String(number).padStart(3, '0')}`, observe };
}

function observation(hour: WeatherHour): Observation {
  return { temperature: hour.temperature, pressure: hour.pressure, wind_speed: hour.windSpeed };
}

function at(hours: readonly WeatherHour[], index: number): WeatherHour {
  const length = hours.length;
  const hour = hours[((index % length) + length) % length];
  if (!hour) throw new RangeError('There is no weather to replay.');
  return hour;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** To the hundredth, what a good sensor resolves. */
function round(value: number): number {
  return Math.round(value * 100) / 100;
}
