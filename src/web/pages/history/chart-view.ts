import type { LocalDays } from '../../../telemetry/local-days.ts';
import type { ChartDates } from '../../chart-dates.ts';
import type { Frame } from '../frame.ts';
import type { ChartData, ChartsData } from './chart-data.ts';
import { downloads } from './chart-links.ts';
import { chartTable } from './chart-table.ts';
import { drawChart } from './drawn-chart.ts';
import { type PageState, stateUrl } from './page-state.ts';
import type { ReadChart, ReadCharts } from './read-charts.ts';
import type { PageExtremes } from './records.ts';
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
    unit: chart.unit,
    summaries: summariesOf(chart, options),
    legend: chart.lines.length > 1 ? chart.lines.map(({ label, style }) => ({ label, style })) : [],
    chartData: isTable ? undefined : JSON.stringify(chartData(chart, read)),
    drawn: isTable ? undefined : drawChart(chart, read, { days, dates, words: page.words }),
    table: isTable ? chartTable(chart, read, { ...page, dates }) : undefined,
    downloads: downloads(chart, read, page),
    otherView: {
      label: page.words.text(isTable ? 'charts.chart' : 'charts.table'),
      href: `${stateUrl(state, { isTable: !isTable })}#${id}`,
    },
  };
}

function summariesOf(
  { lines, unit }: ReadChart,
  { page, read, extremes, days, dates }: ChartOptions,
): readonly string[] {
  const { words, units } = page;
  const [first, ...more] = lines;
  const options = { units, words, days, dates, end: read.range.to };
  return [
    summarize(extremes.ofRange(first!), first!.series?.unit ?? null, options),
    ...more.map((line) => summarizeLine(line, unit, words)),
  ];
}

export function chartsData({ range, width }: ReadCharts, timeZone: string): ChartsData {
  const { from, to, isOpen, isCurrent } = range;
  const every = width === 'raw' ? width : width.name;
  return { from: seconds(from), to: seconds(to), isOpen, isCurrent, every, timeZone };
}

function chartData({ unit, lines }: ReadChart, { range, width, earlier }: ReadCharts): ChartData {
  const present = [{ ...range, offset: 0 }];
  return {
    unit,
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
      isBand: kind === 'main' && width !== 'raw',
    })),
  };
}

function seconds(time: number): number {
  return time / 1_000_000;
}
