import type { StationSnapshot } from '../../telemetry/station.ts';
import { LATE_AFTER_MS } from '../freshness.ts';
import { type ShownReading, showReading, type Viewpoint } from './shown-reading.ts';

/** A station, as templates write it. */
export interface StationCard {
  readonly station: string;
  readonly title: string;
  readonly href: string;
  readonly online: boolean;
  /** Neither connected nor heard from lately; a station that only connects to publish is not offline. */
  readonly offline: boolean;
  /** Its temperature, or else its first metric. */
  readonly primary: ShownReading | undefined;
  readonly primaryIsTemperature: boolean;
  readonly others: readonly ShownReading[];
}

export function stationCard(snapshot: StationSnapshot, viewpoint: Viewpoint): StationCard {
  const shown = snapshot.latest.map((reading) => showReading(reading, viewpoint));
  const primary = shown.find(({ metric }) => metric === 'temperature') ?? shown[0];
  return {
    station: snapshot.station,
    title: snapshot.title,
    href: stationHref(snapshot.station),
    online: snapshot.online,
    offline: !snapshot.online && isSilent(snapshot, viewpoint.now, LATE_AFTER_MS),
    primary,
    primaryIsTemperature: primary?.metric === 'temperature',
    others: shown.filter((reading) => reading !== primary),
  };
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

/** Whether nothing has been heard for so long. */
export function isSilent(snapshot: StationSnapshot, now: number, forMs: number): boolean {
  return snapshot.lastSeenAt === null || now - snapshot.lastSeenAt > forMs * 1000;
}
