import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { SimulatorError } from './errors.ts';

/** One hour of the weather outside. */
export interface WeatherHour {
  /** Milliseconds since the Unix epoch. The file names no zone; its hours are taken as UTC. */
  readonly timeMs: number;
  /** °C */
  readonly temperature: number;
  /** hPa */
  readonly pressure: number;
  /** m/s */
  readonly windSpeed: number;
}

export type ParsedWeather =
  | { readonly ok: true; readonly hours: readonly WeatherHour[] }
  | { readonly ok: false; readonly why: string };

const HEADER = 'date,pressure,temperature,wind';
const DATE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/;

/**
 * The hourly normals of Seattle (NOAA, mean of 1981–2010), one year that the file dates as 2010: 8,759 hours,
 * for 2010-01-01T00:00 is missing and nothing else is.
 * @throws SimulatorError where the package `vega-datasets` isn't installed, or its file isn't as expected.
 */
export function readSeattleYear(): readonly WeatherHour[] {
  const parsed = parseWeather(readDataset('seattle-weather-hourly-normals.csv'));
  if (!parsed.ok) throw new SimulatorError('weather-unreadable', `The weather can't be read: ${parsed.why}.`);
  return parsed.hours;
}

/** Reads the CSV; every row must be whole, and the hours must ascend. */
export function parseWeather(csv: string): ParsedWeather {
  const [header, ...rows] = csv.trimEnd().split(/\r?\n/);
  if (header !== HEADER) return { ok: false, why: `line 1 should be "${HEADER}"` };
  const hours: WeatherHour[] = [];
  for (const [index, row] of rows.entries()) {
    const hour = parseRow(row);
    const line = index + 2;
    if (!hour) return { ok: false, why: `line ${line} is not a date and three numbers: "${row}"` };
    if (hour.timeMs <= (hours.at(-1)?.timeMs ?? -Infinity)) {
      return { ok: false, why: `line ${line} is not later than the line before it` };
    }
    hours.push(hour);
  }
  return hours.length === 0 ? { ok: false, why: 'there is no row below the header' } : { ok: true, hours };
}

/**
 * The same month, day and hour in another year, in milliseconds. The file has no 29 February, so a leap year keeps
 * its dates and has a day without weather.
 */
export function timeInYear(timeMs: number, year: number): number {
  return new Date(timeMs).setUTCFullYear(year);
}

/** Where in the year's hours the given moment falls: the first hour that is not earlier, by month, day and hour. */
export function indexOfSeason(hours: readonly WeatherHour[], nowMs: number): number {
  const first = hours[0];
  if (!first) return 0;
  const now = new Date(nowMs);
  const wanted = Date.UTC(
    new Date(first.timeMs).getUTCFullYear(),
    now.getUTCMonth(),
    now.getUTCDate(),
    now.getUTCHours(),
  );
  return Math.max(
    0,
    hours.findIndex((hour) => hour.timeMs >= wanted),
  );
}

function parseRow(row: string): WeatherHour | undefined {
  const cells = row.split(',');
  const [date = '', pressure, temperature, windSpeed] = cells;
  if (cells.length !== 4 || !DATE.test(date)) return undefined;
  const hour = {
    timeMs: Date.parse(`${date}Z`),
    temperature: parseCell(temperature),
    pressure: parseCell(pressure),
    windSpeed: parseCell(windSpeed),
  };
  return Object.values(hour).every(Number.isFinite) ? hour : undefined;
}

/** NaN for an empty cell too, which Number() would take for 0. */
function parseCell(cell: string | undefined): number {
  return cell?.trim() ? Number(cell) : Number.NaN;
}

function readDataset(name: string): string {
  try {
    // The package exports its program alone, not its data: the data lies beside it.
    const require = createRequire(import.meta.url);
    const program = require.resolve('vega-datasets');
    return readFileSync(join(program, '..', '..', 'data', name), 'utf8');
  } catch (cause) {
    throw new SimulatorError(
      'weather-missing',
      'The weather to replay is not installed: it is in the package vega-datasets, a development dependency. ' +
        'Run "npm install --include=dev".',
      cause,
    );
  }
}
