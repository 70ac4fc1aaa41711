import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCsvRecord } from '../../src/telemetry/csv.ts';
import {
  csvDialect,
  type FileDialect,
  isThingSpeakHeader,
  jsonDialect,
  thingSpeakDialect,
} from '../../src/telemetry/file-dialects.ts';
import { createLineWriter, type LineFormat } from '../../src/telemetry/reading-lines.ts';
import { createRecordSplitter } from '../../src/telemetry/records.ts';
import { anyMetric, anyStation, anyTime, anyUnit, anyValue } from '../support/file-readings.ts';

const NOW = Date.UTC(2026, 10, 22, 12) * 1000;
const HEADER = ['station', 'metric', 'unit', 'measuredAt', 'value', 'receivedAt'];
const TEN = Date.UTC(2026, 10, 22, 10) * 1000;

const rows = fc.array(fc.record({ measuredAt: anyTime, value: anyValue, receivedAt: anyTime }), {
  maxLength: 5,
});
const series = fc.record({
  station: anyStation,
  metric: anyMetric,
  unit: fc.option(anyUnit),
});

test.each<LineFormat>(['csv', 'ndjson'])('what is written as %s is read back to the last bit', (format) => {
  fc.assert(
    fc.property(fc.array(fc.tuple(series, rows), { maxLength: 4 }), (all) => {
      const writer = createLineWriter(format);
      const column = (each: { [name: string]: number }[], name: string): Float64Array =>
        Float64Array.from(each.map((row) => row[name]!));
      const text = all.map(([whose, each]) =>
        writer.lines(whose, {
          measuredAt: column(each, 'measuredAt'),
          value: column(each, 'value'),
          receivedAt: column(each, 'receivedAt'),
        }),
      );
      const splitter = createRecordSplitter();
      const records = [...splitter.push(writer.head + text.join('')), ...splitter.end()].map(
        (record) => record.text,
      );
      const dialect = format === 'csv' ? csvDialect(parseCsvRecord(records.shift()!)!)! : jsonDialect;
      const read = records.map((record) => dialect.read(record, NOW));
      expect(read.flatMap(({ rejections }) => rejections)).toEqual([]);
      const expected = all.flatMap(([{ station, metric, unit }, each]) =>
        each.map((row) => ({ station, metric, unit: unit ?? undefined, hasOwnTime: true, ...row })),
      );
      expect(read.flatMap(({ readings }) => readings)).toEqual(expected);
    }),
  );
});

test('no record makes a dialect throw, and each says why it holds no reading', () => {
  const dialects: FileDialect[] = [
    jsonDialect,
    csvDialect(HEADER)!,
    thingSpeakDialect(
      ['created_at', 'field1'],
      new Map([['field1', { station: 'outside', metric: 'temperature' }]]),
    ),
  ];
  const record = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc
      .array(fc.constantFrom(...HEADER, '"', '1', '', '2026-11-22T10:00:00Z', '\u{fffd}'), { maxLength: 7 })
      .map(String),
    fc.dictionary(fc.constantFrom(...HEADER), fc.jsonValue()).map((value) => JSON.stringify(value)),
  );
  fc.assert(
    fc.property(record, (text) => {
      for (const dialect of dialects) {
        const { readings, rejections } = dialect.read(text, NOW);
        if (dialect.name !== 'thingspeak') expect(readings.length + rejections.length).toBe(1);
        for (const { detail } of rejections) expect(detail).not.toBe('');
      }
    }),
    { numRuns: 1000 },
  );
});

describe('our CSV', () => {
  const reading = {
    station: 'outside',
    metric: 'temperature',
    unit: undefined,
    value: 21.5,
    measuredAt: TEN,
    receivedAt: undefined,
    hasOwnTime: true,
  };

  test.each([
    ['value,measuredAt,metric,station', '21.5,2026-11-22T10:00:00Z,temperature,outside'],
    ['Station,METRIC,measured_at,value,more', 'outside,temperature,1795341600,21.5,x'],
    ['station,metric,measured_at,value', 'outside,temperature,2026-11-22 11:00:00+01,21.5'],
    [
      'station,metric,unit,measuredAt,value,receivedAt',
      '"outside",temperature,,2026-11-22T10:00:00Z, 21.5 ,',
    ],
  ])('may have its columns otherwise: %s', (header, record) => {
    const { readings, rejections } = csvDialect(parseCsvRecord(header)!)!.read(record, NOW);
    expect(rejections).toEqual([]);
    expect(readings).toEqual([reading]);
  });

  test.each(['station,metric,value', 'metric,measuredAt,value', 'station;metric;measuredAt;value', ''])(
    'is not what has these columns: %s',
    (header) => {
      expect(csvDialect(parseCsvRecord(header)!)).toBeUndefined();
    },
  );

  test.each([
    ['out/side,temperature,°C,2026-11-22T10:00:00Z,21.5,', 'station-name'],
    ['outside,Temperature,°C,2026-11-22T10:00:00Z,21.5,', 'metric-name'],
    ['outside,status,°C,2026-11-22T10:00:00Z,21.5,', 'metric-name'],
    ['outside,temperature,a unit that is too long,2026-11-22T10:00:00Z,21.5,', 'unit-unknown'],
    ['outside,temperature,\u{fffd}C,2026-11-22T10:00:00Z,21.5,', 'payload-not-utf8'],
    ['outside,temperature,°C,,21.5,', 'time-not-understood'],
    ['outside,temperature,°C,2026-11-22T10:00:00,21.5,', 'time-without-zone'],
    ['outside,temperature,°C,1999-11-22T10:00:00Z,21.5,', 'time-too-early'],
    ['outside,temperature,°C,2026-11-22T12:06:00Z,21.5,', 'time-in-future'],
    ['outside,temperature,°C,2026-11-22T10:00:00Z,,', 'value-not-a-number'],
    ['outside,temperature,°C,2026-11-22T10:00:00Z,NaN,', 'value-not-finite'],
    ['outside,temperature,°C,2026-11-22T10:00:00Z,21.5,soon', 'time-not-understood'],
    ['outside,temperature,°C,2026-11-22T10:00:00Z,21.5', 'payload-not-understood'],
    ['outside,temperature,°C,2026-11-22T10:00:00Z,21"5,', 'payload-not-understood'],
  ])('is held to the rules for stations: %s', (record, reason) => {
    const { readings, rejections } = csvDialect(HEADER)!.read(record, NOW);
    expect(readings).toEqual([]);
    expect(rejections.map((rejection) => rejection.reason)).toEqual([reason]);
  });
});

describe('ThingSpeak', () => {
  const header = 'created_at,entry_id,field1,field2,field3,latitude,longitude,elevation,status'.split(',');
  const targets = new Map([
    ['field1', { station: 'outside', metric: 'temperature' }],
    ['field2', { station: 'inside', metric: 'temperature' }],
    ['field8', { station: 'inside', metric: 'humidity' }],
  ]);
  const read = (record: string) => {
    const { readings, rejections } = thingSpeakDialect(header, targets).read(record, NOW);
    return {
      readings: readings.map(({ station, metric, value, measuredAt }) => [
        station,
        metric,
        value,
        measuredAt,
      ]),
      rejections,
    };
  };

  test('is told by its columns', () => {
    expect(isThingSpeakHeader(header)).toBe(true);
    expect(isThingSpeakHeader(HEADER)).toBe(false);
  });

  test.each([
    '2026-11-22 10:00:00 UTC,7,21.500000,-3,,,,,',
    '2026-11-22T11:00:00+01:00,7,21.5,-3.0,,,,,"hello,\nworld"',
    '2026-11-22T10:00:00Z,7,21.5,-3,,48.1,11.6,520,',
    '1795341600,7,21.5,-3,,,,,',
  ])('has a reading a field that goes to a series: %j', (record) => {
    expect(read(record)).toEqual({
      readings: [
        ['outside', 'temperature', 21.5, TEN],
        ['inside', 'temperature', -3, TEN],
      ],
      rejections: [],
    });
  });

  test('an empty field is none, and a text is rejected, without the other field', () => {
    expect(read('2026-11-22 10:00:00 UTC,7,,,,,,,')).toEqual({ readings: [], rejections: [] });
    expect(read('2026-11-22 10:00:00 UTC,7,nan,1,,,,,')).toEqual({
      readings: [['inside', 'temperature', 1, TEN]],
      rejections: [{ reason: 'value-not-finite', detail: 'field1: "nan" is not a finite number' }],
    });
  });

  test('a time that is none, or can not be, takes its line with it', () => {
    for (const time of ['yesterday', '1970-01-01 00:00:00 UTC', '2026-11-22 10:00:00']) {
      const { readings, rejections } = read(`${time},7,1,2,,,,,`);
      expect([readings.length, rejections.length]).toEqual([0, 1]);
    }
  });

  test('fields that go nowhere are named, once they hold something', () => {
    const dialect = thingSpeakDialect(header, targets);
    dialect.read('2026-11-22 10:00:00 UTC,7,1,2,,,,,', NOW);
    expect(dialect.unused()).toEqual([]);
    dialect.read('2026-11-22 10:00:00 UTC,8,1,2,3,,,,', NOW);
    expect(dialect.unused()).toEqual(['field3']);
  });
});
