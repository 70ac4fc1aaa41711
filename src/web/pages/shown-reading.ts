import { metricKind } from '../../telemetry/metric-kind.ts';
import { formatMicros } from '../../telemetry/format-time.ts';
import type { Micros } from '../../telemetry/reading.ts';
import type { StationSnapshot } from '../../telemetry/station.ts';
import type { UnitSystem } from '../../telemetry/unit-system.ts';
import { sectorOf } from '../../telemetry/wind-rose.ts';
import { showValue } from '../display-units.ts';
import { type Freshness, freshness } from '../freshness.ts';
import { decimalsOf } from '../names.ts';
import { sectorName } from '../sector-name.ts';
import { type Decimals, NO_NUMBER } from '../words.ts';
import { metricName, unitsOf } from './series-display.ts';
import type { Viewpoint } from './viewpoint.ts';

/** A newest reading, as templates write it. */
export interface ShownReading {
  readonly metric: string;
  readonly name: string;
  readonly value: number;
  /** A dash in place of what is too old to be shown as the present. */
  readonly number: string;
  /** Empty if it has none. */
  readonly unit: string;
  /** Whether the unit stands close to the number, as in `270°`. */
  readonly unitIsClose: boolean;
  /** Of a direction its name, `WSW`; empty for all else. */
  readonly sector: string;
  readonly decimals: Decimals;
  readonly measuredAt: string;
  /** Empty for one that is fresh, unless `alwaysAge`. */
  readonly age: string;
  /** How long it mostly takes from a reading to the next, in seconds; empty if it is not known. */
  readonly interval: number | '';
  readonly freshness: Freshness;
  /** What is to be said of its age: `late`, `stale`; empty for one that is fresh. */
  readonly mark: string;
  /** What it was and when, in the owner's zone; empty while it is shown as the present. */
  readonly last: string;
}

interface Reading {
  readonly metric: string;
  readonly value: number;
  readonly unit: string | null;
  readonly measuredAt: Micros;
}

export interface ReadingOptions {
  /** How long it mostly takes from a reading to the next, in microseconds. */
  readonly interval: number | undefined;
  /** Whether its age is told even while it is fresh. */
  readonly alwaysAge: boolean;
}

/** What derives from others is shown as the temperature is. */
function unitsFor(station: StationSnapshot, reading: Reading, viewpoint: Viewpoint): UnitSystem {
  const isSent = station.latest.some(({ metric }) => metric === reading.metric);
  return unitsOf(station, isSent ? reading : { ...reading, metric: 'temperature' }, viewpoint);
}

export function isDirection({ metric, unit }: Pick<Reading, 'metric' | 'unit'>): boolean {
  return metricKind(metric, unit) === 'direction';
}

export function showReading(
  station: StationSnapshot,
  reading: Reading,
  viewpoint: Viewpoint,
  { interval, alwaysAge }: ReadingOptions,
): ShownReading {
  const { now, words, names, zone } = viewpoint;
  const { value, unit } = showValue(reading.value, reading.unit, unitsFor(station, reading, viewpoint));
  const ageMs = (now - reading.measuredAt) / 1000;
  const state = freshness(ageMs, interval && interval / 1000);
  const decimals = decimalsOf(unit);
  const number = words.number(value, decimals);
  return {
    metric: reading.metric,
    name: metricName(station, reading.metric, names),
    value,
    number: state === 'gone' ? NO_NUMBER : number,
    unit: unit ?? '',
    unitIsClose: unit === '°',
    sector: isDirection(reading) ? sectorName(sectorOf(value), words) : '',
    decimals,
    measuredAt: formatMicros(reading.measuredAt),
    age: alwaysAge || state !== 'fresh' ? words.age(ageMs) : '',
    interval: interval === undefined ? '' : Math.round(interval / 1_000_000),
    freshness: state,
    mark: state === 'fresh' ? '' : words.text(state === 'late' ? 'card.late' : 'card.stale'),
    last:
      state === 'stale' || state === 'gone'
        ? words.text('card.last', { number, unit: unit ?? '', time: zone.short(reading.measuredAt, now) })
        : '',
  };
}
