import { describe, expect, it } from 'vitest';
import {
  indexOfSeason,
  parseWeather,
  readSeattleYear,
  timeInYear,
} from '../../../firmware-bridge/simulator/weather.ts';

const HOUR_MS = 3_600_000;
const HEADER = 'date,pressure,temperature,wind';

describe('the Seattle year', () => {
  const hours = readSeattleYear();

  it('begins with the first row of the file', () => {
    expect(hours[0]).toEqual({
      timeMs: Date.UTC(2010, 0, 1, 1),
      temperature: 4,
      pressure: 1016.6,
      windSpeed: 3.8,
    });
  });

  it('has every hour of 2010 but the first', () => {
    expect(hours.map((hour) => hour.timeMs)).toEqual(
      Array.from({ length: 8759 }, (_, index) => Date.UTC(2010, 0, 1, 1) + index * HOUR_MS),
    );
  });

  it('has plausible values in every row', () => {
    const implausible = hours.filter(
      ({ temperature, pressure, windSpeed }) =>
        temperature < 0 ||
        temperature > 30 ||
        pressure < 1010 ||
        pressure > 1025 ||
        windSpeed < 0 ||
        windSpeed > 10,
    );
    expect(implausible).toEqual([]);
  });
});

describe('parsing', () => {
  it('takes lines that end in CR LF', () => {
    const parsed = parseWeather(`${HEADER}\r\n2010-01-01T01:00:00,1000.5,-3.5,0\r\n`);
    expect(parsed).toEqual({
      ok: true,
      hours: [{ timeMs: Date.UTC(2010, 0, 1, 1), temperature: -3.5, pressure: 1000.5, windSpeed: 0 }],
    });
  });

  it.each([
    ['another header', 'date,temperature\n', 'line 1'],
    ['no row', `${HEADER}\n`, 'no row'],
    ['an empty cell', `${HEADER}\n2010-01-01T01:00:00,1000,,1\n`, 'line 2'],
    ['a cell too many', `${HEADER}\n2010-01-01T01:00:00,1000,1,1,1\n`, 'line 2'],
    ['a word for a number', `${HEADER}\n2010-01-01T01:00:00,1000,cold,1\n`, 'line 2'],
    ['a date that does not exist', `${HEADER}\n2010-13-01T01:00:00,1000,1,1\n`, 'line 2'],
    ['an hour twice', `${HEADER}\n2010-01-01T01:00:00,1000,1,1\n2010-01-01T01:00:00,1000,1,1\n`, 'line 3'],
  ])('refuses %s and says where', (_, csv, where) => {
    const parsed = parseWeather(csv);
    expect(parsed).toEqual({ ok: false, why: expect.stringContaining(where) });
  });
});

describe('moving to another year', () => {
  it('keeps the date in a leap year, so that 29 February stays empty', () => {
    const moved = readSeattleYear().map((hour) => new Date(timeInYear(hour.timeMs, 2024)).toISOString());
    expect(moved.filter((time) => time.startsWith('2024-02-29'))).toEqual([]);
    expect(moved.filter((time) => time.startsWith('2024-03-01'))).toHaveLength(24);
    expect(moved.at(-1)).toBe('2024-12-31T23:00:00.000Z');
  });

  it.each([
    ['2026-07-04T12:59:59Z', '2010-07-04T12:00:00.000Z'],
    ['2024-02-29T06:00:00Z', '2010-03-01T06:00:00.000Z'],
    ['2026-01-01T00:30:00Z', '2010-01-01T01:00:00.000Z'],
    ['2026-12-31T23:59:59Z', '2010-12-31T23:00:00.000Z'],
  ])('finds the season of %s at %s', (now, expected) => {
    const hours = readSeattleYear();
    const hour = hours[indexOfSeason(hours, Date.parse(now))];
    expect(new Date(hour?.timeMs ?? 0).toISOString()).toBe(expected);
  });
});
