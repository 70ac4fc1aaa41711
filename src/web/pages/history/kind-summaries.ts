import { SECTORS, sectorOf } from '../../../telemetry/wind-rose.ts';
import type { ChartDates } from '../../chart-dates.ts';
import { decimalsOf } from '../../names.ts';
import { sectorName } from '../../sector-name.ts';
import type { Words } from '../../words.ts';
import type { ReadChart, ReadLine } from './read-charts.ts';
import { withUnit } from './summaries.ts';

/** What has come in all, and when the most: `Total 12.4 mm, most 5.2 mm (23 Nov 2026).` */
export function summarizeBars(
  line: ReadLine,
  { unit, width }: ReadChart,
  { words, dates }: { readonly words: Words; readonly dates: ChartDates },
): string {
  const known = line.buckets.flatMap(({ time, rise }) =>
    rise === undefined || rise === null ? [] : [{ time, rise }],
  );
  const { label, kind } = line;
  if (known.length === 0) return nothing(line, words);
  const most = known.reduce((best, one) => (one.rise > best.rise ? one : best));
  const shown = (value: number): string => withUnit(words.number(value, decimalsOf(unit)), unit);
  const total = shown(known.reduce((sum, { rise }) => sum + rise, 0));
  if (kind !== 'main') return words.text('summary.lineTotal', { label, total });
  if (most.rise === 0) return words.text('summary.total', { total });
  const isByClock = width === 'raw' || width.calendar === undefined;
  const time = isByClock ? dates.moment(most.time) + dates.side(most.time) : dates.date(most.time);
  return words.text('summary.bars', { total, most: shown(most.rise), time });
}

/** Where it mostly comes from: `Most often from WSW.` */
export function summarizeDirections(line: ReadLine, words: Words): string {
  const counts = Array.from({ length: SECTORS }, () => 0);
  for (const { avg, count } of line.buckets) {
    if (avg !== null) counts[sectorOf(avg)]! += count;
  }
  const most = Math.max(...counts);
  if (most === 0) return nothing(line, words);
  const sector = sectorName(counts.indexOf(most), words);
  return line.kind === 'main'
    ? words.text('summary.directions', { sector })
    : words.text('summary.lineDirections', { label: line.label, sector });
}

function nothing({ kind, label }: ReadLine, words: Words): string {
  return kind === 'main' ? words.text('summary.nothing') : words.text('summary.lineNothing', { label });
}
