// What has to be asked of the API for the lines of a page: one question for all that is now, and one for each stretch of earlier.

import type { ChartData, ChartsData, LineData } from '../../../src/web/pages/history/chart-data.ts';

/** A line, and what its chart says of it. */
export interface WantedLine extends Pick<ChartData, 'shape' | 'every' | 'unit'> {
  readonly line: LineData;
}

/** A question, and the lines that its answer is for: each line takes the answer for its series. */
export interface HistoryRequest {
  readonly url: string;
  readonly parts: readonly (WantedLine & { readonly series: string; readonly offset: number })[];
}

/** About how many points the service draws a line of. */
export const POINTS = 400;
/** As the API allows. */
const MOST_SERIES = 20;

interface PlanOptions {
  readonly charts: Pick<ChartsData, 'from' | 'to' | 'isOpen'>;
  /** As `units=` takes them. */
  readonly units: string;
}

export function planRequests(
  wanted: readonly WantedLine[],
  { charts, units }: PlanOptions,
): HistoryRequest[] {
  const stretches = new Map<string, HistoryRequest['parts'][number][]>();
  for (const one of wanted) {
    const { line, every } = one;
    for (const { from, to, offset } of line.spans) {
      const isNow = line.kind !== 'earlier';
      // In the very buckets of the tables and files that the page leads to, and earlier stretches in those of now, however short.
      const width = every === 'raw' ? `points=${POINTS}` : `every=${every}`;
      // What goes on until now is asked for without an end: stations' clocks may be ahead.
      const span = isNow
        ? stretchOf(charts.from, charts.isOpen ? undefined : charts.to)
        : stretchOf(from, to);
      const stretch = `${span}&${width}`;
      const parts = stretches.get(stretch) ?? [];
      parts.push({ ...one, series: `${line.station}:${line.metric}`, offset });
      stretches.set(stretch, parts);
    }
  }
  return [...stretches].flatMap(([stretch, parts]) =>
    portions(parts).map((portion) => ({
      url: `/api/history?series=${seriesOf(portion)}&${stretch}&shape=columns&units=${encodeURIComponent(units)}`,
      parts: portion,
    })),
  );
}

function stretchOf(from: number, to: number | undefined): string {
  const end = to === undefined ? '' : `&to=${isoTime(to)}`;
  return `from=${isoTime(from)}${end}`;
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

function portions(parts: HistoryRequest['parts']): HistoryRequest['parts'][] {
  const names = [...new Set(parts.map(({ series }) => series))];
  return Array.from({ length: Math.ceil(names.length / MOST_SERIES) }, (_, index) => {
    const some = new Set(names.slice(index * MOST_SERIES, (index + 1) * MOST_SERIES));
    return parts.filter(({ series }) => some.has(series));
  });
}

function seriesOf(parts: HistoryRequest['parts']): string {
  return [...new Set(parts.map(({ series }) => encodeURIComponent(series).replaceAll('%3A', ':')))].join(',');
}
