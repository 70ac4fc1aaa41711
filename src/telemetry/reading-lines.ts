import { csvCell } from './csv.ts';
import { createTimeFormatter } from './format-time.ts';

/** What readings are written as in files. */
export type LineFormat = 'csv' | 'ndjson';

/** Whose readings they are; its names are those that are taken from stations. */
export interface LineSeries {
  readonly station: string;
  readonly metric: string;
  readonly unit: string | null;
}

/** Readings as columns of one length; times in Unix microseconds. */
export interface LineColumns {
  readonly measuredAt: Float64Array;
  readonly value: Float64Array;
  readonly receivedAt: Float64Array;
}

/** Writes readings as lines of text. */
export interface LineWriter {
  /** What comes before the first line. */
  readonly head: string;
  lines(series: LineSeries, columns: LineColumns): string;
}

/** In the order of the columns of CSV, and of the keys in JSON. */
export const COLUMNS = ['station', 'metric', 'unit', 'measuredAt', 'value', 'receivedAt'] as const;
/** That of RFC 4180. */
const CSV_LINE_END = '\r\n';

/** Times are ISO 8601 in UTC, with microseconds where there are any; values have as many digits as tell them apart. */
export function createLineWriter(format: LineFormat): LineWriter {
  const time = createTimeFormatter();
  const isCsv = format === 'csv';
  return {
    head: isCsv ? `${COLUMNS.join(',')}${CSV_LINE_END}` : '',
    lines(series, { measuredAt, value, receivedAt }) {
      const [start, afterTime, afterValue, end] = isCsv ? csvFrame(series) : jsonFrame(series);
      let text = '';
      for (let index = 0; index < measuredAt.length; index += 1) {
        const number = value[index]!;
        // What is not finite can only have been put into the table by hand; JSON has no word for it.
        const written = isCsv || Number.isFinite(number) ? number : null;
        text += `${start}${time(measuredAt[index]!)}${afterTime}${written}${afterValue}${time(receivedAt[index]!)}${end}`;
      }
      return text;
    },
  };
}

type Frame = readonly [start: string, afterTime: string, afterValue: string, end: string];

function csvFrame({ station, metric, unit }: LineSeries): Frame {
  return [`${[station, metric, unit ?? ''].map(csvCell).join(',')},`, ',', ',', CSV_LINE_END];
}

function jsonFrame({ station, metric, unit }: LineSeries): Frame {
  const start = JSON.stringify({ station, metric, unit }).slice(0, -1);
  return [`${start},"measuredAt":"`, '","value":', ',"receivedAt":"', '"}\n'];
}
