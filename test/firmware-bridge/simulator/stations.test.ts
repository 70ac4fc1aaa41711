import { describe, expect, it } from 'vitest';
import { simulateStations } from '../../../firmware-bridge/simulator/stations.ts';
import { readSeattleYear, type WeatherHour } from '../../../firmware-bridge/simulator/weather.ts';

const hours = readSeattleYear();

/** A made-up day: 0 °C, but for the hours from 12 on with 24 °C. */
const steppedDay: WeatherHour[] = Array.from({ length: 24 }, (_, hour) => ({
  timeMs: Date.UTC(2010, 0, 1, hour),
  temperature: hour < 12 ? 0 : 24,
  pressure: 1000 + hour,
  windSpeed: 2,
}));

describe('stations', () => {
  it('are named outside, inside, and then by number', () => {
    expect(simulateStations(hours, 1).map(({ name }) => name)).toEqual(['outside']);
    expect(simulateStations(hours, 4).map(({ name }) => name)).toEqual([
      'outside',
      'inside',
      'station-003',
      'station-004',
    ]);
    expect(simulateStations(hours, 10_000).at(-1)?.name).toBe('station-10000');
  });

  it('have distinct names, and distinct weather, by the hundred', () => {
    const stations = simulateStations(hours, 100);
    expect(new Set(stations.map(({ name }) => name)).size).toBe(100);
    expect(new Set(stations.map(({ observe }) => JSON.stringify(observe(4000)))).size).toBe(100);
  });

  it('measure the same again in another run', () => {
    const [first, second] = [simulateStations(hours, 5), simulateStations(hours, 5)];
    expect(first.map(({ observe }) => observe(1234))).toEqual(second.map(({ observe }) => observe(1234)));
  });

  it('go on with the first hour after the last', () => {
    for (const { observe } of simulateStations(hours, 5)) {
      expect(observe(hours.length + 7)).toEqual(observe(7));
    }
  });
});

describe('outside', () => {
  it('measures what the file has', () => {
    const [outside] = simulateStations(hours, 1);
    expect(outside?.observe(0)).toEqual({ temperature: 4, pressure: 1016.6, wind_speed: 3.8 });
  });
});

describe('inside', () => {
  it('follows a step outside by 15 % of it, over twelve hours', () => {
    const [, inside] = simulateStations(steppedDay, 2);
    // The mean of the day is 12 °C; the last twelve hours are at 0 °C, half and half, and at 24 °C.
    expect(inside?.observe(11).temperature).toBe(18.7);
    expect(inside?.observe(17).temperature).toBe(20.5);
    expect(inside?.observe(23).temperature).toBe(22.3);
  });

  it('stays a room that one can live in, all year', () => {
    const [, inside] = simulateStations(hours, 2);
    const temperatures = hours.map((_, index) => inside?.observe(index).temperature ?? Number.NaN);
    expect(Math.min(...temperatures)).toBeGreaterThan(19);
    expect(Math.max(...temperatures)).toBeLessThan(22.5);
  });

  it('has the pressure outside, and neither wind nor a humidity that nobody measured', () => {
    const [, inside] = simulateStations(steppedDay, 2);
    expect(Object.keys(inside?.observe(5) ?? {})).toEqual(['temperature', 'pressure']);
    expect(inside?.observe(5).pressure).toBe(1005);
  });
});

describe('a further station', () => {
  it('is higher up: colder and under less pressure, as the standard atmosphere has it', () => {
    const [, , third] = simulateStations(steppedDay, 3);
    // 3 × 0.618… leaves 0.854 of 450 m: 384.3 m, so 2.50 °C less and 0.9553 of the pressure, three hours later.
    expect(third?.observe(14)).toEqual({ temperature: -2.5, pressure: 965.77, wind_speed: 2 });
  });
});
