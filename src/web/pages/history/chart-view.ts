import type { LocalDays } from '../../../telemetry/local-days.ts';
import type { ChartDates } from '../../chart-dates.ts';
import type { Words } from '../../words.ts';
import type { Frame } from '../frame.ts';
import { into } from '../series-display.ts';
import type { ChartData, ChartsData } from './chart-data.ts';
import { downloads } from './chart-links.ts';
import { chartTable } from './chart-table.ts';
import { drawChart, hasBand } from './drawn-chart.ts';
import { type PageState, stateUrl } from './page-state.ts';
import type { ReadChart, ReadCharts } from './read-charts.ts';
import type { PageExtremes } from './records.ts';
import { summarizeBars, summarizeDirections } from './kind-summaries.ts';
import { summarize, summarizeLine } from './summaries.ts';

interface ChartOptions {
  readonly page: Frame;
  readonly state: PageState;
  readonly read: ReadCharts;
  readonly extremes: PageExtremes;
  readonly days: LocalDays;
  readonly dates: ChartDates;
}

/** A chart, or the table in its place, as the template writes it. */
export function chartView(chart: ReadChart, index: number, options: ChartOptions): object {
  const { page, state, read, days, dates } = options;
  const { isTable } = state;
  const id = `chart-${index}`;
  return {
    id,
    name: chart.name,
    shape: chart.shape,
    unit: chart.shape === 'dots' ? null : chart.unit,
    summaries: summariesOf(chart, options),
    legend: chart.lines.length > 1 ? chart.lines.map(({ label, style }) => ({ label, style })) : [],
    chartData: isTable ? undefined : JSON.stringify(chartData(chart, read)),
    drawn: isTable ? undefined : drawChart(chart, read.range, { days, dates, words: page.words }),
    table: isTable ? chartTable(chart, { ...page, dates }) : undefined,
    downloads: downloads(chart, read, page),
    otherView: otherView(state, id, page.words),
  };
}

/** From the chart to its table, or back. */
export function otherView(state: PageState, id: string, words: Words): { label: string; href: string } {
  const { isTable } = state;
  return {
    label: words.text(isTable ? 'charts.chart' : 'charts.table'),
    href: `${stateUrl(state, { isTable: !isTable })}#${id}`,
  };
}

function summariesOf(
  chart: ReadChart,
  { page, read, extremes, days, dates }: ChartOptions,
): readonly string[] {
  const { lines, unit, shape } = chart;
  const { words } = page;
  const [first, ...more] = lines;
  const stored = first!.series?.unit ?? null;
  const options = { units: into(stored, unit), words, days, dates, end: read.range.to };
  if (shape === 'bars') return lines.map((line) => summarizeBars(line, chart, { words, dates }));
  if (shape === 'dots') return lines.map((line) => summarizeDirections(line, words));
  return [
    summarize(extremes.ofRange(first!), stored, options),
    ...more.map((line) => summarizeLine(line, unit, words)),
  ];
}

export function chartsData({ range, width }: ReadCharts, timeZone: string): ChartsData {
  const { from, to, isOpen, isCurrent } = range;
  return { from: seconds(from), to: seconds(to), isOpen, isCurrent, every: everyOf(width), timeZone };
}

function everyOf(width: ReadChart['width']): string {
  return width === 'raw' ? width : width.name;
}

function chartData({ unit, shape, width, lines }: ReadChart, { range, earlier }: ReadCharts): ChartData {
  const present = [{ ...range, offset: 0 }];
  return {
    unit,
    shape,
    every: everyOf(width),
    lines: lines.map(({ station, metric, label, kind, style }) => ({
      station,
      metric,
      label,
      kind,
      style,
      spans: (kind === 'earlier' ? earlier : present).map(({ from, to, offset }) => ({
        from: seconds(from),
        to: seconds(to),
        offset: seconds(offset),
      })),
      isBand: hasBand(shape, kind, width),
    })),
  };
}

function seconds(time: number): number {
  return time / 1_000_000;
}
