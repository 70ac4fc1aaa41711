import type { StationSnapshot } from '../../../telemetry/station.ts';
import type { Locale } from '../../locales.ts';
import type { PageLink } from '../frame.ts';
import type { Words } from '../../words.ts';
import { metricName } from '../series-display.ts';
import type { PlannedChart } from './chart-plan.ts';
import { inOrder } from '../metric-order.ts';
import { defaultMetrics } from './default-metrics.ts';
import { COMPARISONS, MOST_METRICS, type PageState, RANGES, stateQuery, stateUrl } from './page-state.ts';

/** What leads from one state of the page to the others. */
export interface StateLinks {
  readonly ranges: readonly PageLink[];
  readonly compare: readonly PageLink[];
  readonly metrics: readonly PageLink[];
  /** What was put beside; each link takes it away. */
  readonly others: readonly { readonly label: string; readonly href: string }[];
  readonly view: readonly PageLink[];
}

export function stateLinks(
  state: PageState,
  snapshot: StationSnapshot,
  charts: readonly PlannedChart[],
  { words, names }: Pick<Locale, 'words' | 'names'>,
): StateLinks {
  const known = inOrder(snapshot, snapshot.latest).map(({ metric }) => metric);
  const usual = defaultMetrics(snapshot);
  const shown = state.metrics ?? usual;
  const lines = charts.flatMap((chart) => chart.lines);
  return {
    ranges: RANGES.map((range) => ({
      label: words.text(`range.${range}`),
      href: stateUrl(state, { range, ...(range === 'all' && { compare: undefined }) }),
      current: state.range === range,
    })),
    compare:
      state.range === 'all'
        ? []
        : [undefined, ...COMPARISONS].map((compare) => ({
            label: words.text(compare === undefined ? 'compare.none' : `compare.${compare}`),
            href: stateUrl(state, { compare }),
            current: state.compare === compare,
          })),
    metrics:
      known.length < 2
        ? []
        : known.map((metric) => ({
            label: metricName(snapshot, metric, names),
            name: toggleName(metricName(snapshot, metric, names), shown.includes(metric), words),
            href: stateUrl(state, { metrics: toggled(shown, metric, { known, usual }) }),
            current: shown.includes(metric),
          })),
    others: state.others.map((other) => ({
      label:
        lines.find(({ station, metric }) => station === other.station && metric === other.metric)?.label ??
        `${other.station}: ${names.metric(other.metric)}`,
      href: stateUrl(state, { others: state.others.filter((one) => one !== other) }),
    })),
    view: [false, true].map((isTable) => ({
      label: words.text(isTable ? 'view.table' : 'view.charts'),
      href: stateUrl(state, { isTable }),
      current: state.isTable === isTable,
    })),
  };
}

/** A link that is current would be taken for one to what is there already. */
function toggleName(name: string, isShown: boolean, words: Words): string {
  return words.text(isShown ? 'charts.remove' : 'charts.show', { name });
}

/** What a form has to send along, beside its own fields. */
export function hiddenFields(
  state: PageState,
  own: readonly string[],
): readonly { readonly name: string; readonly value: string }[] {
  return stateQuery(state)
    .filter(([name]) => !own.includes(name))
    .map(([name, value]) => ({ name, value }));
}

/** With a metric more or less, and never none; what is usual needs no place in the address. */
function toggled(
  shown: readonly string[],
  metric: string,
  { known, usual }: { readonly known: readonly string[]; readonly usual: readonly string[] },
): readonly string[] | undefined {
  const next = shown.includes(metric)
    ? shown.filter((one) => one !== metric)
    : known.filter((one) => one === metric || shown.includes(one)).slice(0, MOST_METRICS);
  const isUsual = next.length === usual.length && next.every((one, index) => one === usual[index]);
  return next.length === 0 || isUsual ? undefined : next;
}
