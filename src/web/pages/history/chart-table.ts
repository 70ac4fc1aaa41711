import type { HistoryBucket } from '../../../storage/history/history-bucket.ts';
import { formatMicros } from '../../../telemetry/format-time.ts';
import type { Micros } from '../../../telemetry/reading.ts';
import { sectorOf } from '../../../telemetry/wind-rose.ts';
import type { ChartDates } from '../../chart-dates.ts';
import type { Locale } from '../../locales.ts';
import { decimalsOf } from '../../names.ts';
import { sectorName } from '../../sector-name.ts';
import { NO_NUMBER } from '../../words.ts';
import type { ReadChart, ReadLine } from './read-charts.ts';

/** Exactly what is drawn in a chart, as a table. */
export interface ChartTable {
  readonly columns: readonly string[];
  readonly groups: readonly RowGroup[];
}

interface RowGroup {
  /** The day, and how far its clocks are from UTC; `undefined` where a row is of a day or longer. */
  readonly day: string | undefined;
  readonly offset: string;
  readonly span: number;
  readonly rows: Row[];
}

interface Row {
  readonly time: string;
  readonly iso: string;
  readonly cells: readonly string[];
}

interface TableOptions extends Pick<Locale, 'words' | 'zone'> {
  readonly dates: ChartDates;
}

interface Column {
  readonly label: string;
  readonly line: ReadLine;
  readonly text: (bucket: HistoryBucket) => string;
}

export function chartTable(chart: ReadChart, options: TableOptions): ChartTable {
  const { width } = chart;
  const columns = columnsOf(chart, options);
  const groups: RowGroup[] = [];
  const isByDay = width === 'raw' || width.calendar === undefined;
  const timeText = timeWriter(width, options.dates);
  for (const { time, buckets } of instantsOf(chart)) {
    const day = isByDay ? options.zone.day(time) : undefined;
    const offset = isByDay ? options.zone.offset(time) : '';
    let group = groups.at(-1);
    if (group === undefined || group.day !== day || group.offset !== offset) {
      groups.push((group = { day, offset, span: columns.length + 1, rows: [] }));
    }
    const cells = columns.map(({ line, text }) => {
      const bucket = buckets.get(line);
      return bucket === undefined ? NO_NUMBER : text(bucket);
    });
    const side = isByDay ? options.dates.side(time) : '';
    group.rows.push({ time: timeText(time) + side, iso: formatMicros(time), cells });
  }
  return { columns: columns.map(({ label }) => label), groups };
}

interface Instant {
  readonly time: Micros;
  readonly buckets: Map<ReadLine, HistoryBucket>;
}

const SECOND = 1_000_000;

/** What is of one time, in order; of readings, what is of one second, for no more is told of it. Two of one line have a row each. */
function instantsOf({ lines, width }: ReadChart): readonly Instant[] {
  const step = width === 'raw' ? SECOND : 1;
  const all = lines.flatMap((line) => line.buckets.map((bucket) => ({ line, bucket })));
  const instants: Instant[] = [];
  for (const { line, bucket } of all.toSorted((a, b) => a.bucket.time - b.bucket.time)) {
    const last = instants.at(-1);
    const isSame = last !== undefined && Math.floor(last.time / step) === Math.floor(bucket.time / step);
    if (isSame && !last.buckets.has(line)) last.buckets.set(line, bucket);
    else instants.push({ time: bucket.time, buckets: new Map([[line, bucket]]) });
  }
  return instants;
}

/** Of the line that the chart is about also what its band shows. */
function columnsOf(
  { name, lines, unit, shape, width }: ReadChart,
  { words }: TableOptions,
): readonly Column[] {
  const decimals = decimalsOf(unit);
  const number = (value: number | null | undefined): string =>
    value === undefined || value === null ? NO_NUMBER : words.number(value, decimals);
  const direction = (value: number): string =>
    `${words.whole(Math.round(value) % 360)}° ${sectorName(sectorOf(value), words)}`;
  const drawn = ({ avg, rise }: HistoryBucket): string => {
    if (shape === 'dots') return avg === null ? NO_NUMBER : direction(avg);
    return number(shape === 'bars' ? rise : avg);
  };
  return lines.flatMap((line): readonly Column[] => {
    if (line.kind !== 'main') return [{ label: line.label, line, text: drawn }];
    if (width === 'raw' || shape !== 'lines') return [{ label: name, line, text: drawn }];
    return [
      { label: words.text('table.low'), line, text: ({ min }) => number(min) },
      { label: words.text('table.mean'), line, text: drawn },
      { label: words.text('table.high'), line, text: ({ max }) => number(max) },
      { label: words.text('table.count'), line, text: ({ count }) => words.whole(count) },
    ];
  });
}

export function timeWriter(width: ReadChart['width'], dates: ChartDates): (time: Micros) => string {
  if (width === 'raw' || width.seconds < 60) return dates.second;
  if (width.calendar === undefined) return dates.minute;
  if (width.calendar === 'year') return dates.year;
  return width.calendar === 'month' || width.calendar === 'quarter' ? dates.monthOfYear : dates.date;
}
