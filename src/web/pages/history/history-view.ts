import type { LocalDays } from '../../../telemetry/local-days.ts';
import type { Micros } from '../../../telemetry/reading.ts';
import type { StationSnapshot } from '../../../telemetry/station.ts';
import type { ChartDates } from '../../chart-dates.ts';
import { WebError } from '../../errors.ts';
import type { WebParts } from '../../parts.ts';
import type { Frame } from '../frame.ts';
import { besideSeries } from './beside.ts';
import { chartsData, chartView, otherView } from './chart-view.ts';
import { type PlannedChart, planCharts } from './chart-plan.ts';
import { hiddenFields, stateLinks } from './range-links.ts';
import { type PageRange, resolveRange } from './page-range.ts';
import { type PageState, parseState } from './page-state.ts';
import { type ReadCharts, readCharts } from './read-charts.ts';
import { type RainDays, readRainDays, showRainRecords } from './rain-records.ts';
import { type PageExtremes, readPageExtremes, showRecords } from './records.ts';
import { type FoundWind, readRose, roseView } from './rose-view.ts';
import { stateError } from './state-error.ts';

interface HistoryOptions {
  readonly parts: WebParts;
  /** Does what asks the database when it is this visitor's turn. @throws WebError 503; what the work throws */
  readonly takeTurn: <T>(work: () => Promise<T>) => Promise<T>;
  readonly page: Frame;
  readonly days: LocalDays;
  readonly datesFor: (page: Frame) => ChartDates;
  readonly snapshot: StationSnapshot;
  readonly query: URLSearchParams;
  /** @throws WebError for a station that is unknown, or that whoever looks may not see */
  readonly findStation: (station: string) => StationSnapshot;
  /** Those that whoever looks may see. */
  readonly stations: () => readonly StationSnapshot[];
}

/** As the template writes it. */
export interface HistoryView {
  /** Whether nothing that is measured now changes it. */
  readonly isPast: boolean;
  readonly [part: string]: unknown;
}

/**
 * The charts of a station, with all that leads to others.
 * @throws WebError 400 for an address that is not right, 404 for a metric or station that there is not, 503 while too much is looked up
 */
export async function historyView(options: HistoryOptions): Promise<HistoryView> {
  const { parts, page, days, snapshot, query, findStation, stations, datesFor } = options;
  const parsed = parseState(snapshot.station, query);
  if (!parsed.ok) throw stateError(parsed.mistake);
  const { state } = parsed;
  const now = parts.clock();
  const range = resolveRange(state.range, now, days);
  if (range === undefined) throw stateError({ code: 'order', field: 'to', value: '' });
  if (state.compare !== undefined && range.to - range.from > LONGEST_COMPARED) {
    throw stateError({ code: 'compare-long', field: 'compare', value: state.compare });
  }
  const planned = planCharts(snapshot, state, { ...page, findStation });
  const dates = datesFor(page);
  const found = await options.takeTurn(() => readIfThere(options, planned, range, state));
  const read = found?.read;
  return {
    isPast: !range.isCurrent,
    isTable: state.isTable,
    links: stateLinks(state, snapshot, planned, page),
    dates: datesOf(read?.range ?? range, days),
    dateFields: hiddenFields(state, ['range', 'from', 'to']),
    beside: besideSeries(state, stations(), planned, page),
    besideFields: hiddenFields(state, []),
    isAway: found === undefined,
    ...(found && {
      chartsData: state.isTable ? undefined : JSON.stringify(chartsData(found.read, parts.timeZone)),
      charts: found.read.charts.map((chart, index) =>
        chartView(chart, index, { page, state, days, dates, ...found }),
      ),
      rose: found.wind && {
        ...roseView(found.wind, {
          page,
          station: state.station,
          range: found.read.range,
          isTable: state.isTable,
        }),
        otherView: otherView(state, 'wind-rose', page.words),
      },
      ...recordsOf(found, options, dates),
    }),
  };
}

function recordsOf(
  { read, extremes, rain }: FoundHistory,
  { parts, page, days }: HistoryOptions,
  dates: ChartDates,
): object {
  const options = { ...page, dates, days, now: parts.clock() };
  const records = showRecords(read, extremes, options);
  const ofRain = showRainRecords(read, rain, options);
  return { hasRecords: records.length + ofRain.length > 0, records, rain: ofRain };
}

const DAY_MS = 86_400_000;
/** Days before it are looked at one by one. */
const LONGEST_COMPARED = 3 * 366 * 86_400_000_000;

interface FoundHistory {
  readonly read: ReadCharts;
  readonly extremes: PageExtremes;
  readonly wind: FoundWind | undefined;
  readonly rain: RainDays;
}

/** The newest values are in memory; they are worth a page even while the database, and so the charts, are away. */
async function readIfThere(
  { parts, page, days, snapshot }: HistoryOptions,
  planned: readonly PlannedChart[],
  range: PageRange,
  { compare }: PageState,
): Promise<FoundHistory | undefined> {
  try {
    const read = await readCharts(parts, planned, { range, compare, days });
    const extremes = await readPageExtremes(parts, read, { now: parts.clock(), days });
    const wind = await readRose(parts, { snapshot, planned, range: read.range, days, chosen: page });
    const rain = await readRainDays(parts, read, { now: parts.clock(), days });
    return { read, extremes, wind, rain };
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
