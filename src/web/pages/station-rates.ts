import type { SeriesRate } from '../../storage/station-rates-query.ts';
import { medianGap, type SeriesDay } from '../../telemetry/series-day.ts';
import type { Locale } from '../locales.ts';

const DAY_MS = 86_400_000;
/** What is more than this share of what is usual is told as it is. */
const NEARLY_ALL = 0.9;
const MANY_SECONDS = 100;
/** An interval is told of no fewer readings, and not of a handful that came all at once. */
const FEW_READINGS = 3;
const AT_ONCE_MS = 10_000;

type Days = (station: string, metric: string) => SeriesDay | undefined;

/**
 * What came of each station in the last day: `4,320 readings in 24 hours, about every 60 s`; with which share that is of what this interval
 * makes, where it is much less, and the station is older than a day. Nothing for stations of which nothing is known.
 */
export function stationRates(
  rates: readonly SeriesRate[],
  dayOf: Days,
  locale: Locale,
): ReadonlyMap<string, string> {
  const byStation = new Map<string, SeriesRate[]>();
  for (const rate of rates) byStation.set(rate.station, [...(byStation.get(rate.station) ?? []), rate]);
  return new Map([...byStation].map(([station, all]) => [station, rateText(all, dayOf, locale)]));
}

function rateText(rates: readonly SeriesRate[], dayOf: Days, locale: Locale): string {
  const { words } = locale;
  const total = rates.reduce((sum, { count }) => sum + count, 0);
  const regular = rates.flatMap(({ station, metric, count, isOlder }) => {
    const day = dayOf(station, metric);
    const gap = day && medianGap(day);
    const intervalMs = gap === undefined ? 0 : gap / 1000;
    return count >= FEW_READINGS && count * intervalMs >= AT_ONCE_MS ? [{ count, isOlder, intervalMs }] : [];
  });
  const intervalMs = Math.min(...regular.map((each) => each.intervalMs));
  const share = shareOfUsual(regular.filter(({ isOlder }) => isOlder));
  return [
    words.count('status.rate', total),
    ...(Number.isFinite(intervalMs)
      ? [words.text('status.rate.every', { time: intervalText(intervalMs, locale) })]
      : []),
    ...(share < NEARLY_ALL ? [words.text('status.rate.share', { percent: Math.round(share * 100) })] : []),
  ].join(', ');
}

/** `100 ms`, `60 s`, `15 min` */
function intervalText(milliseconds: number, { words, names }: Locale): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds === 0 || seconds >= MANY_SECONDS
    ? names.duration(milliseconds)
    : words.text('duration.seconds', { count: words.whole(seconds) });
}

function shareOfUsual(rates: readonly { readonly count: number; readonly intervalMs: number }[]): number {
  const usual = rates.reduce((sum, { intervalMs }) => sum + DAY_MS / intervalMs, 0);
  return usual === 0 ? 1 : rates.reduce((sum, { count }) => sum + count, 0) / usual;
}
