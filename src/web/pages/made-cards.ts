import { medianGap, QUARTER } from '../../telemetry/series-day.ts';
import type { StationSnapshot } from '../../telemetry/station.ts';
import { freshness } from '../freshness.ts';
import { mainReading, stationCard } from './station-card.ts';
import type { Viewpoint } from './viewpoint.ts';

/** The HTML of a station's card. */
export type MakeCard<T> = (snapshot: StationSnapshot, viewpoint: Viewpoint, isGrouped: boolean) => T;

/** So many forms of a card are kept: for languages, units, and pages with groups and without. */
const MOST_FORMS = 4;

/**
 * Remembers the card of each snapshot for as long as it would come out the same: of a hundred stations, few have sent
 * anything between two looks at the page, and what is left of most is that their ages are told in minutes.
 * @param render makes the HTML
 */
export function createCards<T>(
  render: (card: ReturnType<typeof stationCard>, root: Viewpoint & { isGrouped: boolean }) => T,
): MakeCard<T> {
  const made = new WeakMap<StationSnapshot, Map<string, { readonly state: string; readonly card: T }>>();
  return (snapshot, viewpoint, isGrouped) => {
    let forms = made.get(snapshot);
    if (forms === undefined) made.set(snapshot, (forms = new Map()));
    const form = `${viewpoint.language} ${viewpoint.units.key} ${viewpoint.chosen.join()} ${isGrouped}`;
    const state = stateOf(snapshot, viewpoint);
    const known = forms.get(form);
    if (known?.state === state) return known.card;
    if (known === undefined && forms.size === MOST_FORMS) forms.clear();
    const card = render(stationCard(snapshot, viewpoint), { ...viewpoint, isGrouped });
    forms.set(form, { state, card });
    return card;
  };
}

/** All that a card depends on beside its snapshot and its form. */
function stateOf(snapshot: StationSnapshot, { now, words, day }: Viewpoint): string {
  const { station, lastSeenAt, latest } = snapshot;
  const main = mainReading(snapshot);
  const mainDay = main && day(station, main.metric);
  const usual = mainDay && medianGap(mainDay);
  const ages = latest.map(({ metric, measuredAt }) => {
    const ageMs = (now - measuredAt) / 1000;
    const series = day(station, metric);
    const state = stateAt(ageMs, series && medianGap(series));
    const isTold = metric === main?.metric || state !== 'fresh';
    // What derives from it is as old, but goes by the interval of the main reading.
    return `${state} ${stateAt(ageMs, usual)} ${isTold ? words.age(ageMs) : ''}`;
  });
  const seen = lastSeenAt === null ? '' : stateAt((now - lastSeenAt) / 1000, usual);
  return `${Math.floor(now / QUARTER)} ${mainDay?.version ?? ''} ${seen} ${ages.join()}`;
}

function stateAt(ageMs: number, interval: number | undefined): string {
  return freshness(ageMs, interval && interval / 1000);
}
