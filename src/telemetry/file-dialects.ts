import { parseCsvRecord } from './csv.ts';
import { type FileReading, parseFileReading } from './file-reading.ts';
import { quote } from './quote.ts';
import type { Micros, Rejection } from './reading.ts';
import { parseMeasuredAt } from './time.ts';
import { parseValueText } from './value.ts';

/** What a record of a file says. */
export interface ReadRecord {
  readonly readings: readonly FileReading[];
  readonly rejections: readonly Rejection[];
}

/** A way to write readings into files. */
export interface FileDialect {
  readonly name: 'csv' | 'ndjson' | 'thingspeak';
  /** Never throws. @param now the present */
  read(record: string, now: Micros): ReadRecord;
  /** Names of columns that hold something which goes nowhere, as far as the file has been read. */
  unused(): readonly string[];
}

/** Where the numbers of a field of ThingSpeak go to. */
export interface FieldTarget {
  readonly station: string;
  readonly metric: string;
}

const NOTHING: ReadRecord = { readings: [], rejections: [] };

/** Our own JSON: an object a line. */
export const jsonDialect: FileDialect = {
  name: 'ndjson',
  unused: () => [],
  read(record, now) {
    const object = parseObject(record);
    if (object === undefined) return refuse(`${quote(record)} is not a JSON object`);
    const given = (name: string, other = name): unknown => object.get(name) ?? object.get(other);
    return oneReading(
      {
        station: given('station'),
        metric: given('metric'),
        unit: given('unit'),
        measuredAt: given('measuredAt', 'measured_at'),
        value: given('value'),
        receivedAt: given('receivedAt', 'received_at'),
      },
      now,
    );
  },
};

/** Our own CSV, with columns in any order; also as `readings_view` has them. `undefined`: one that is needed is not there. */
export function csvDialect(header: readonly string[]): FileDialect | undefined {
  const names = header.map((name) => name.trim().toLowerCase().replaceAll('_', ''));
  const [station, metric] = [names.indexOf('station'), names.indexOf('metric')];
  const [measuredAt, value] = [names.indexOf('measuredat'), names.indexOf('value')];
  const [unit, receivedAt] = [names.indexOf('unit'), names.indexOf('receivedat')];
  if ([station, metric, measuredAt, value].includes(-1)) return undefined;
  return {
    name: 'csv',
    unused: () => [],
    read: (record, now) =>
      readCells(record, header.length, (cells) =>
        oneReading(
          {
            station: cells[station],
            metric: cells[metric],
            unit: cells[unit],
            measuredAt: cells[measuredAt],
            value: cells[value],
            receivedAt: cells[receivedAt],
          },
          now,
        ),
      ),
  };
}

const FIELD = /^field[1-8]$/;

export function isThingSpeakHeader(header: readonly string[]): boolean {
  return header.includes('created_at') && header.some((name) => FIELD.test(name));
}

/**
 * What ThingSpeak exports: a column a field, named `field1` to `field8`. Fields that are empty are none; what is not a number is
 * rejected, for a field that goes to a series.
 */
export function thingSpeakDialect(
  header: readonly string[],
  targets: ReadonlyMap<string, FieldTarget>,
): FileDialect {
  const createdAt = header.indexOf('created_at');
  const fields = header.flatMap((name, index) => (FIELD.test(name) ? [{ name, index }] : []));
  const unused = new Set<string>();

  function readEntry(cells: readonly string[], now: Micros): ReadRecord {
    const filled = fields.filter(({ name, index }) => {
      const isFilled = cells[index]!.trim() !== '';
      if (isFilled && !targets.has(name)) unused.add(name);
      return isFilled && targets.has(name);
    });
    if (filled.length === 0) return NOTHING;
    // 2018-01-26 16:00:10 UTC, or 2018-01-26T11:00:10-05:00.
    const measuredAt = parseMeasuredAt(cells[createdAt]!.replace(/ UTC$/, 'Z'), now);
    if (typeof measuredAt === 'object') return { readings: [], rejections: [measuredAt] };
    const readings: FileReading[] = [];
    const rejections: Rejection[] = [];
    for (const { name, index } of filled) {
      const value = parseValueText(cells[index]!);
      if (typeof value === 'object') {
        rejections.push({ reason: value.reason, detail: `${name}: ${value.detail}` });
        continue;
      }
      const { station, metric } = targets.get(name)!;
      const given = { unit: undefined, receivedAt: undefined, hasOwnTime: true };
      readings.push({ station, metric, value, measuredAt, ...given });
    }
    return { readings, rejections };
  }

  return {
    name: 'thingspeak',
    unused: () => [...unused].toSorted(),
    read: (record, now) => readCells(record, header.length, (cells) => readEntry(cells, now)),
  };
}

function readCells(
  record: string,
  columns: number,
  read: (cells: readonly string[]) => ReadRecord,
): ReadRecord {
  const cells = parseCsvRecord(record);
  if (cells === undefined) return refuse(`${quote(record)} has a quote where CSV has none`);
  if (cells.length === columns) return read(cells);
  return refuse(`${quote(record)} has ${cells.length} columns; the first line has ${columns}`);
}

function oneReading(raw: Parameters<typeof parseFileReading>[0], now: Micros): ReadRecord {
  const reading = parseFileReading(raw, now);
  return 'reason' in reading
    ? { readings: [], rejections: [reading] }
    : { readings: [reading], rejections: [] };
}

function parseObject(text: string): ReadonlyMap<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? new Map(Object.entries(value)) : undefined;
  } catch {
    return undefined;
  }
}

function refuse(detail: string): ReadRecord {
  return { readings: [], rejections: [{ reason: 'payload-not-understood', detail }] };
}
