import { isMetricName, isStationName } from '../../../telemetry/topic.ts';
import { isMoment, mendMoment } from './moment.ts';

/*
 * What the page of a station shows is in its address as a whole, so that it can be kept, sent and gone back to. The service makes
 * the links of it, and so does the browser, where this module is bundled.
 */

/** Stretches that end now. */
export const RANGES = ['6h', '24h', '7d', '30d', '1y', 'all'] as const;
export type RangeName = (typeof RANGES)[number];

/** How far back lies what is drawn beneath: the previous day or week, or the same dates of an earlier year. */
export const COMPARISONS = ['1d', '7d', '1y', '2y', '3y'] as const;
export type Comparison = (typeof COMPARISONS)[number];

/**
 * A stretch that was picked: dates of the owner's calendar (`2026-11-01`), whole and both included, or times with a zone
 * (`2026-11-01T06:30:00Z`), `to` excluded. Without `to` it goes on until now.
 */
export interface PickedRange {
  readonly from: string;
  readonly to: string | undefined;
}

/** As storage knows it, which browsers don't have. */
interface SeriesName {
  readonly station: string;
  readonly metric: string;
}

export interface PageState {
  readonly station: string;
  readonly range: RangeName | PickedRange;
  /** In the order of their charts; `undefined`: the usual ones. */
  readonly metrics: readonly string[] | undefined;
  /** What else is drawn, into the chart of the same unit or into one of its own. */
  readonly others: readonly SeriesName[];
  readonly compare: Comparison | undefined;
  readonly isTable: boolean;
}

/** What is wrong with an address; `error.page-{code}` of the strings says it to people. */
export interface StateMistake {
  readonly code: 'range' | 'moment' | 'names' | 'too-many' | 'compare' | 'compare-all' | 'view';
  /** The parameter. */
  readonly field: string;
  readonly value: string;
}

export type ParsedState =
  | { readonly ok: true; readonly state: PageState }
  | { readonly ok: false; readonly mistake: StateMistake };

export const USUAL_RANGE: RangeName = '24h';
/** Of metrics that are chosen, and of other series. */
export const MOST_METRICS = 20;
export const MOST_OTHERS = 6;

/** Empty values, as forms send them, count as not given; `metrics` and `with` may come several times. */
export function parseState(station: string, query: URLSearchParams): ParsedState {
  const get = (name: string): string | undefined => query.get(name)?.trim() || undefined;
  const getMoment = (name: string): string | undefined => mendMoment(get(name) ?? '') || undefined;
  const range = parseRange(get('range'), getMoment('from'), getMoment('to'));
  if ('code' in range) return { ok: false, mistake: range };
  const metrics = listOf(query, 'metrics');
  const others = listOf(query, 'with');
  const compare = get('compare');
  const view = get('view');
  const mistake =
    namesMistake('metrics', metrics, MOST_METRICS, isMetricName) ??
    namesMistake('with', others, MOST_OTHERS, isSeriesText) ??
    compareMistake(compare, range.range) ??
    (view === undefined || view === 'table' ? undefined : mistakeOf('view', 'view', view));
  if (mistake !== undefined) return { ok: false, mistake };
  const state = {
    station,
    range: range.range,
    metrics: metrics.length === 0 ? undefined : metrics,
    others: others.map(toSeriesName),
    compare: COMPARISONS.find((known) => known === compare),
    isTable: view === 'table',
  };
  return { ok: true, state };
}

/** The address of a page that shows it, with changes. Comparing everything with what was before it makes no sense, and is left out. */
export function stateUrl(state: PageState, change: Partial<PageState> = {}): string {
  const query = stateQuery({ ...state, ...change }).map(
    ([name, value]) => `${name}=${encodeURIComponent(value).replaceAll(/%(?:2C|3A)/g, decodeURIComponent)}`,
  );
  return [
    `/stations/${encodeURIComponent(state.station)}`,
    ...(query.length > 0 ? [query.join('&')] : []),
  ].join('?');
}

/** The parameters that are not as usual, by name: for links, and for the hidden fields of forms. */
export function stateQuery({ range, metrics, others, compare, isTable }: PageState): [string, string][] {
  const query: [string, string | undefined][] = [
    ...(typeof range === 'string'
      ? [['range', range === USUAL_RANGE ? undefined : range] satisfies [string, string | undefined]]
      : [
          ['from', range.from] satisfies [string, string],
          ['to', range.to] satisfies [string, string | undefined],
        ]),
    ['metrics', metrics?.join(',')],
    ['with', others.map(({ station, metric }) => `${station}:${metric}`).join(',')],
    ['compare', range === 'all' ? undefined : compare],
    ['view', isTable ? 'table' : undefined],
  ];
  return query.flatMap(([name, value]): [string, string][] =>
    value === undefined || value === '' ? [] : [[name, value]],
  );
}

function parseRange(
  range: string | undefined,
  from: string | undefined,
  to: string | undefined,
): { readonly range: PageState['range'] } | StateMistake {
  if (from === undefined && to === undefined) {
    const known = RANGES.find((name) => name === (range ?? USUAL_RANGE));
    return known === undefined ? mistakeOf('range', 'range', range ?? '') : { range: known };
  }
  for (const [field, value] of Object.entries({ from, to })) {
    if (value !== undefined && !isMoment(value)) return mistakeOf('moment', field, value);
  }
  return from === undefined ? mistakeOf('moment', 'from', '') : { range: { from, to } };
}

function listOf(query: URLSearchParams, name: string): readonly string[] {
  const items = query.getAll(name).flatMap((value) => value.split(','));
  return [...new Set(items.map((item) => item.trim()).filter((item) => item !== ''))];
}

function namesMistake(
  field: string,
  names: readonly string[],
  most: number,
  isName: (text: string) => boolean,
): StateMistake | undefined {
  const wrong = names.find((name) => !isName(name));
  if (wrong !== undefined) return mistakeOf('names', field, wrong);
  return names.length > most ? mistakeOf('too-many', field, String(most)) : undefined;
}

function compareMistake(compare: string | undefined, range: PageState['range']): StateMistake | undefined {
  if (compare === undefined) return undefined;
  if (!COMPARISONS.some((known) => known === compare)) return mistakeOf('compare', 'compare', compare);
  return range === 'all' ? mistakeOf('compare-all', 'compare', compare) : undefined;
}

function isSeriesText(text: string): boolean {
  const { station, metric } = toSeriesName(text);
  return isStationName(station) && isMetricName(metric);
}

function toSeriesName(text: string): SeriesName {
  const colon = text.indexOf(':');
  return colon === -1
    ? { station: '', metric: '' }
    : { station: text.slice(0, colon), metric: text.slice(colon + 1) };
}

function mistakeOf(code: StateMistake['code'], field: string, value: string): StateMistake {
  return { code, field, value };
}
