import { deriveReadings } from '../../telemetry/derive.ts';
import { formatMicros } from '../../telemetry/format-time.ts';
import { medianGap } from '../../telemetry/series-day.ts';
import type { LatestReading, StationSnapshot } from '../../telemetry/station.ts';
import { freshness } from '../freshness.ts';
import { inOrder } from './metric-order.ts';
import { isHidden, unitsOf } from './series-display.ts';
import { type ShownDay, showDay } from './shown-day.ts';
import { isDirection, type ShownReading, showReading } from './shown-reading.ts';
import type { Viewpoint } from './viewpoint.ts';

/** A station, as templates write it. */
export interface StationCard {
  readonly station: string;
  readonly title: string;
  readonly href: string;
  readonly online: boolean;
  /** Neither connected nor heard from lately; a station that only connects to publish is not offline. */
  readonly offline: boolean;
  /** When it was last heard from; empty if never. */
  readonly seenAt: string;
  /** Whether it has never sent anything. */
  readonly isEmpty: boolean;
  /** See {@link mainReading}. */
  readonly primary: (ShownReading & Partial<ShownDay>) | undefined;
  readonly primaryIsTemperature: boolean;
  readonly others: readonly OtherReading[];
}

interface OtherReading extends ShownReading {
  /** Whether it follows from others, rather than being measured. */
  readonly isDerived: boolean;
  /** Whether its age says no more than that of the primary. */
  readonly isAsPrimary: boolean;
  /** In the page, so that it is kept up to date, but not to be seen. */
  readonly isHidden: boolean;
}

/** Readings of one air may not be further apart. */
const FURTHEST_APART = 3600 * 1_000_000;

/** @param options whether what the owner hides from the page of current values is shown, too */
export function stationCard(
  snapshot: StationSnapshot,
  viewpoint: Viewpoint,
  { isWhole = false }: { readonly isWhole?: boolean } = {},
): StationCard {
  const { station, title, online, lastSeenAt, latest } = snapshot;
  const main = mainReading(snapshot) ?? (isWhole ? inOrder(snapshot, latest)[0] : undefined);
  const interval = main && intervalOf(station, main.metric, viewpoint);
  const derived = deriveReadings(latest, FURTHEST_APART);
  const primary = main && showPrimary(snapshot, main, interval, viewpoint);
  const silentMs = lastSeenAt === null ? Infinity : (viewpoint.now - lastSeenAt) / 1000;
  return {
    station,
    title,
    href: stationHref(station),
    online,
    offline: !online && freshness(silentMs, interval && interval / 1000) !== 'fresh',
    seenAt: lastSeenAt === null ? '' : formatMicros(lastSeenAt),
    isEmpty: latest.length === 0,
    primary,
    primaryIsTemperature: main?.metric === 'temperature' && !snapshot.displays.get(main.metric)?.title,
    others: [
      ...derived.map((reading) => ({
        ...showReading(snapshot, reading, viewpoint, { interval, alwaysAge: false }),
        isDerived: true,
        isHidden: false,
      })),
      ...inOrder(snapshot, latest)
        .filter((reading) => reading !== main)
        .map((reading) => ({
          ...showReading(snapshot, reading, viewpoint, {
            interval: intervalOf(station, reading.metric, viewpoint),
            alwaysAge: false,
          }),
          isDerived: false,
          isHidden: !isWhole && isHidden(snapshot, reading.metric),
        })),
    ].map((other) => ({ ...other, isAsPrimary: isSameAge(other, primary) })),
  };
}

function isSameAge(other: ShownReading, primary: ShownReading | undefined): boolean {
  return primary !== undefined && other.freshness === primary.freshness && other.age === primary.age;
}

/** What is shown large: what the owner has put first, or else the temperature, or else what is most important. */
export function mainReading(snapshot: StationSnapshot): LatestReading | undefined {
  const shown = snapshot.latest.filter(({ metric }) => !isHidden(snapshot, metric));
  return inOrder(snapshot, shown)[0];
}

function showPrimary(
  snapshot: StationSnapshot,
  reading: LatestReading,
  interval: number | undefined,
  viewpoint: Viewpoint,
): StationCard['primary'] {
  const day = viewpoint.day(snapshot.station, reading.metric);
  const shown = showReading(snapshot, reading, viewpoint, { interval, alwaysAge: true });
  const inUnits = { ...viewpoint, units: unitsOf(snapshot, reading, viewpoint) };
  // There is nothing between 1° and 359° but north: no lowest, no highest, and no line from one to the other.
  return day === undefined || isDirection(reading)
    ? shown
    : { ...shown, ...showDay(day, reading, inUnits, shown.freshness !== 'gone') };
}

function intervalOf(station: string, metric: string, { day }: Viewpoint): number | undefined {
  const found = day(station, metric);
  return found && medianGap(found);
}

/** A page's title, which tells the tab how warm it is there. */
export function cardTitle(card: StationCard | undefined): string {
  if (card === undefined) return 'Thermograph';
  const { title, primary } = card;
  if (primary === undefined) return `${title} · Thermograph`;
  const unit = primary.unit === '' || primary.unitIsClose ? primary.unit : ` ${primary.unit}`;
  return `${primary.number}${unit} · ${title} · Thermograph`;
}

export function stationHref(station: string): string {
  return `/stations/${encodeURIComponent(station)}`;
}

/** The page of all its readings of a metric, or of its first. */
export function readingsHref(station: string, metric?: string): string {
  const query = metric === undefined ? '' : `?metric=${encodeURIComponent(metric)}`;
  return `${stationHref(station)}/readings${query}`;
}

/** Whether nothing has been heard for so long. */
export function isSilent(snapshot: StationSnapshot, now: number, forMs: number): boolean {
  return snapshot.lastSeenAt === null || now - snapshot.lastSeenAt > forMs * 1000;
}
