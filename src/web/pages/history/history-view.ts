import type { LocalDays } from '../../../telemetry/local-days.ts';
import type { Micros } from '../../../telemetry/reading.ts';
import type { StationSnapshot } from '../../../telemetry/station.ts';
import { WebError } from '../../errors.ts';
import type { WebParts } from '../../parts.ts';
import type { Frame } from '../frame.ts';
import { besideGroups } from './beside.ts';
import type { ChartData, ChartsData } from './chart-data.ts';
import { type PlannedChart, planCharts } from './chart-plan.ts';
import { hiddenFields, stateLinks } from './range-links.ts';
import { type PageRange, resolveRange } from './page-range.ts';
import { type PageState, parseState } from './page-state.ts';
import { type ReadCharts, type ReadChart, readCharts } from './read-charts.ts';
import { stateError } from './state-error.ts';

interface HistoryOptions {
  readonly parts: WebParts;
  readonly page: Frame;
  readonly days: LocalDays;
  readonly snapshot: StationSnapshot;
  readonly query: URLSearchParams;
  /** @throws WebError for a station that is unknown, or that whoever looks may not see */
  readonly findStation: (station: string) => StationSnapshot;
  /** Those that whoever looks may see. */
  readonly stations: () => readonly StationSnapshot[];
}

/**
 * The charts of a station, with all that leads to others, as the template writes it.
 * @throws WebError 400 for an address that is not right, 404 for a metric or station that there is not
 */
export async function historyView(options: HistoryOptions): Promise<object> {
  const { parts, page, days, snapshot, query, findStation, stations } = options;
  const parsed = parseState(snapshot.station, query);
  if (!parsed.ok) throw stateError(parsed.mistake);
  const { state } = parsed;
  const range = resolveRange(state.range, parts.clock(), days);
  if (range === undefined) throw stateError({ code: 'order', field: 'to', value: '' });
  if (state.compare !== undefined && range.to - range.from > LONGEST_COMPARED) {
    throw stateError({ code: 'compare-long', field: 'compare', value: state.compare });
  }
  const planned = planCharts(snapshot, state, { ...page, findStation });
  const read = await chartsIfThere(options, planned, range, state);
  return {
    isTable: state.isTable,
    links: stateLinks(state, snapshot, planned, page),
    dates: datesOf(read?.range ?? range, days),
    dateFields: hiddenFields(state, ['range', 'from', 'to']),
    beside: besideGroups(state, stations(), planned, page),
    besideFields: hiddenFields(state, []),
    isAway: read === undefined,
    chartsData: read && JSON.stringify(chartsData(read, parts.timeZone)),
    charts: read?.charts.map((chart) => ({
      ...chart,
      chartData: JSON.stringify(chartData(chart, read)),
    })),
  };
}

const DAY_MS = 86_400_000;
/** Days before it are looked at one by one. */
const LONGEST_COMPARED = 3 * 366 * 86_400_000_000;

/** The newest values are in memory; they are worth a page even while the database, and so the charts, are away. */
async function chartsIfThere(
  { parts, page, days }: HistoryOptions,
  planned: readonly PlannedChart[],
  range: PageRange,
  { compare }: PageState,
): Promise<ReadCharts | undefined> {
  try {
    return await readCharts(parts, planned, { range, compare, units: page.units, days });
  } catch (error) {
    if (error instanceof WebError && error.status === 503) return undefined;
    throw error;
  }
}

/** From which date until which it goes, as fields for dates take them. */
function datesOf({ from, to }: PageRange, days: LocalDays): { readonly from: string; readonly to: string } {
  const date = (time: Micros): string =>
    new Date(days.at(time).index * DAY_MS).toISOString().slice(0, 'YYYY-MM-DD'.length);
  return { from: date(from), to: date(to - 1) };
}

function chartsData({ range, width }: ReadCharts, timeZone: string): ChartsData {
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
