import { formatMicros } from '../../telemetry/format-time.ts';
import type { Micros } from '../../telemetry/reading.ts';
import type { LatestReading } from '../../telemetry/station.ts';
import type { UnitSystem } from '../../telemetry/unit-system.ts';
import { showValue } from '../display-units.ts';
import { type Freshness, freshness } from '../freshness.ts';
import type { Locale } from '../locales.ts';
import { decimalsOf } from '../names.ts';
import type { Decimals, Words } from '../words.ts';

/** A newest reading, as templates write it. */
export interface ShownReading {
  readonly metric: string;
  readonly name: string;
  readonly value: number;
  readonly number: string;
  /** Empty if it has none. */
  readonly unit: string;
  /** Whether the unit stands close to the number, as in `270°`. */
  readonly unitIsClose: boolean;
  readonly decimals: Decimals;
  readonly measuredAt: string;
  readonly age: string;
  readonly freshness: Freshness;
  /** When it was measured, in the owner's zone. */
  readonly lastTime: string;
  readonly scale: Scale | undefined;
}

/** Where the pen stands on the paper's scale; temperatures only. */
interface Scale {
  readonly name: 'celsius' | 'fahrenheit';
  readonly first: number;
  readonly last: number;
  readonly labels: readonly string[];
  readonly position: string;
}

/** When, and for whom. */
export interface Viewpoint extends Locale {
  readonly now: Micros;
  readonly units: UnitSystem;
}

export function showReading(reading: LatestReading, viewpoint: Viewpoint): ShownReading {
  const { now, units, words, names, zone } = viewpoint;
  const { value, unit } = showValue(reading.value, reading.unit, units);
  const ageMs = (now - reading.measuredAt) / 1000;
  const decimals = decimalsOf(unit);
  return {
    metric: reading.metric,
    name: names.metric(reading.metric),
    value,
    number: words.number(value, decimals),
    unit: unit ?? '',
    unitIsClose: unit === '°',
    decimals,
    measuredAt: formatMicros(reading.measuredAt),
    age: words.age(ageMs),
    freshness: freshness(ageMs),
    lastTime: zone.full(reading.measuredAt),
    scale: scaleOf(value, unit, words),
  };
}

const SCALES: Readonly<Record<string, Pick<Scale, 'name'> & { readonly labels: readonly number[] }>> = {
  '°C': { name: 'celsius', labels: [-20, -10, 0, 10, 20, 30, 40] },
  '°F': { name: 'fahrenheit', labels: [0, 20, 40, 60, 80, 100] },
};

function scaleOf(value: number, unit: string | null, words: Words): Scale | undefined {
  const scale = unit !== null && Object.hasOwn(SCALES, unit) ? SCALES[unit] : undefined;
  if (scale === undefined) return undefined;
  const [first, last] = [scale.labels[0]!, scale.labels.at(-1)!];
  const share = Math.min(Math.max((value - first) / (last - first), 0), 1);
  return {
    name: scale.name,
    first,
    last,
    labels: scale.labels.map((label) => words.number(label, 'trimmed')),
    position: `${(share * 100).toFixed(2)}%`,
  };
}
