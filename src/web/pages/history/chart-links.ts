import { formatMicros } from '../../../telemetry/format-time.ts';
import type { Span } from '../../../telemetry/spans.ts';
import { tokenOf, tokensOf, type UnitSystem } from '../../../telemetry/unit-system.ts';
import type { Words } from '../../words.ts';
import { POINTS, type ReadChart, type ReadCharts, type ReadLine } from './read-charts.ts';

interface Download {
  readonly label: string;
  readonly href: string;
}

/** Exactly what is drawn in a chart, as files: in the same buckets, also long after the page was made. */
export function downloads(
  { lines, width, unit }: ReadChart,
  { range, earlier }: ReadCharts,
  { units, words }: { readonly units: UnitSystem; readonly words: Words },
): readonly Download[] {
  const every = width === 'raw' ? `points=${POINTS}` : `every=${width.name}`;
  const link = (of: readonly ReadLine[], { from, to }: Span, format: string): string => {
    const series = of.map(({ station, metric }) => `${station}:${metric}`).join(',');
    const times = `from=${formatMicros(from)}&to=${formatMicros(to)}`;
    return `/api/history?series=${series}&${times}&${every}&units=${unitsAsking(units, unit)}&format=${format}`;
  };
  const present = lines.filter(({ kind }) => kind !== 'earlier');
  const past = lines.filter(({ kind }) => kind === 'earlier');
  const found = [
    { label: words.text('charts.csv'), href: link(present, range, 'csv') },
    { label: words.text('charts.json'), href: link(present, range, 'json') },
  ];
  if (past.length > 0 && earlier.length > 0) {
    const span = { from: earlier[0]!.from, to: earlier.at(-1)!.to };
    found.push({
      label: words.text('charts.csvOf', { name: past[0]!.label }),
      href: link(past, span, 'csv'),
    });
  }
  return found;
}

/**
 * What to ask the API for, to get values in a unit that the owner has set for this one series: one that can't be asked for stays as the
 * visitor has it.
 */
export function unitsAsking(units: UnitSystem, unit: string | null): string {
  const token = unit === null ? undefined : tokenOf(unit);
  return token === undefined || tokensOf(units).includes(token) ? units.key : `${units.key},${token}`;
}
