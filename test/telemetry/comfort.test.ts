import { expect, test } from 'vitest';
import { dewPoint, feelsLike, heatIndex, windChill } from '../../src/telemetry/comfort.ts';

const celsius = (fahrenheit: number): number => ((fahrenheit - 32) * 5) / 9;
const fahrenheit = (value: number | undefined): number => (value! * 9) / 5 + 32;
const MPH = 0.44704;

/** DIN 4108-3, table of dew point temperatures: air temperature, then relative humidity 30, 40 … 90 %. */
const DEW_POINTS: readonly (readonly [number, readonly number[]])[] = [
  [30, [10.5, 14.9, 18.4, 21.4, 23.9, 26.2, 28.2]],
  [25, [6.2, 10.5, 13.9, 16.7, 19.1, 21.3, 23.2]],
  [20, [1.9, 6.0, 9.3, 12.0, 14.4, 16.4, 18.3]],
];

test('the dew point is that of the table, within 0.1 °C', () => {
  for (const [temperature, points] of DEW_POINTS) {
    for (const [index, point] of points.entries()) {
      const humidity = 30 + index * 10;
      const difference = Math.abs(dewPoint(temperature, humidity)! - point);
      expect(difference, `at ${temperature} °C and ${humidity} %`).toBeLessThanOrEqual(0.1);
    }
  }
});

test('saturated air is at its dew point, and dry air has none', () => {
  expect(dewPoint(-15, 100)).toBeCloseTo(-15, 9);
  expect(dewPoint(20, 0)).toBeUndefined();
  expect(dewPoint(20, -1)).toBeUndefined();
  expect(dewPoint(20, 101)).toBeUndefined();
  expect(dewPoint(20, Number.NaN)).toBeUndefined();
});

/** Wind chill chart of the US National Weather Service (2001): wind in mph, then from 40 down to -25 °F in steps of 5. */
const WIND_CHILLS: readonly (readonly [number, readonly number[]])[] = [
  [5, [36, 31, 25, 19, 13, 7, 1, -5, -11, -16, -22, -28, -34, -40]],
  [10, [34, 27, 21, 15, 9, 3, -4, -10, -16, -22, -28, -35, -41, -47]],
  [15, [32, 25, 19, 13, 6, 0, -7, -13, -19, -26, -32, -39, -45, -51]],
  [30, [28, 22, 15, 8, 1, -5, -12, -19, -26, -33, -39, -46, -53, -60]],
  [60, [25, 17, 10, 3, -4, -11, -19, -26, -33, -40, -48, -55, -62, -69]],
];

test('the wind chill is that of the chart, to the degree', () => {
  for (const [mph, chills] of WIND_CHILLS) {
    for (const [index, chill] of chills.entries()) {
      const f = 40 - index * 5;
      const found = fahrenheit(windChill(celsius(f), mph * MPH));
      expect(Math.abs(found - chill), `${f} °F, ${mph} mph`).toBeLessThanOrEqual(0.5);
    }
  }
});

test('there is no wind chill when it is mild or calm', () => {
  expect(windChill(10.01, 10)).toBeUndefined();
  expect(windChill(0, 2.99 * MPH)).toBeUndefined();
  expect(windChill(0, 3.01 * MPH)).toBeDefined();
});

/** Heat index chart of the US National Weather Service: °F, then from 40 % relative humidity on in steps of 5. */
const HEAT_INDEXES: readonly (readonly [number, readonly number[]])[] = [
  [110, [136]],
  [104, [119, 124, 131, 137]],
  [98, [105, 109, 113, 117, 123, 128, 134]],
  [92, [94, 96, 99, 101, 105, 108, 112, 116, 121, 126, 131]],
  [86, [85, 87, 88, 89, 91, 93, 95, 97, 100, 102, 105, 108, 112]],
  [82, [81, 82, 83, 84, 84, 85, 86, 88, 89, 90, 91, 93, 95]],
];

test('the heat index is that of the chart, within the 1.3 °F that it is good for', () => {
  for (const [f, indexes] of HEAT_INDEXES) {
    for (const [step, index] of indexes.entries()) {
      const humidity = 40 + step * 5;
      const difference = Math.abs(fahrenheit(heatIndex(celsius(f), humidity)) - index);
      expect(difference, `${f} °F, ${humidity} %`).toBeLessThanOrEqual(1.3);
    }
  }
});

/** Steadman's own table, which the adjustments for dry heat and damp warmth come nearer to: °F, %, heat index. */
const STEADMAN = [
  [95, 5, 88],
  [80, 100, 90],
  [85, 90, 102],
] as const;

test('dry heat and damp warmth are adjusted', () => {
  for (const [f, humidity, index] of STEADMAN) {
    const difference = Math.abs(fahrenheit(heatIndex(celsius(f), humidity)) - index);
    expect(difference, `${f} °F, ${humidity} %`).toBeLessThanOrEqual(0.8);
  }
  expect(heatIndex(26, 90), 'below 80 °F').toBeUndefined();
  expect(heatIndex(30, 101)).toBeUndefined();
});

test('what it feels like is the chill, the heat index, or the temperature itself', () => {
  expect(feelsLike(0, { humidity: 50, windSpeed: 10 })).toBe(windChill(0, 10));
  expect(feelsLike(0, { humidity: 50, windSpeed: 0.5 })).toBe(0);
  expect(feelsLike(0, { humidity: 50, windSpeed: undefined })).toBeUndefined();
  expect(feelsLike(20, { humidity: 50, windSpeed: 10 })).toBe(20);
  expect(feelsLike(35, { humidity: 60, windSpeed: undefined })).toBe(heatIndex(35, 60));
  expect(feelsLike(35, { humidity: undefined, windSpeed: 3 })).toBeUndefined();
});
