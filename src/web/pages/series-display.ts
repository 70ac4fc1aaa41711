import type { StationSnapshot } from '../../telemetry/station.ts';
import { isDecided, type UnitSystem } from '../../telemetry/unit-system.ts';
import type { ChosenUnits } from '../choices.ts';
import { shownUnit } from '../display-units.ts';
import type { Names } from '../names.ts';

type Owned = Pick<StationSnapshot, 'displays'>;

/** What a metric of a station is called: by its owner, or else by its name. */
export function metricName({ displays }: Owned, metric: string, names: Names): string {
  return displays.get(metric)?.title ?? names.metric(metric);
}

/**
 * The system by which a series is shown: what a visitor has chosen comes first, then what the owner has said of this series, and then
 * what holds for all.
 * @param unit that its values are stored in
 */
export function unitsOf(
  { displays }: Owned,
  { metric, unit }: { readonly metric: string; readonly unit: string | null },
  { units, chosen }: ChosenUnits,
): UnitSystem {
  const wanted = displays.get(metric)?.unit ?? null;
  return unit === null || wanted === null || isDecided(unit, chosen) ? units : into(unit, wanted);
}

/** The unit that values of a series are shown in. */
export function unitOf(
  station: Owned,
  series: { readonly metric: string; readonly unit: string | null },
  chosen: ChosenUnits,
): string | null {
  return shownUnit(series.unit, unitsOf(station, series, chosen));
}

/** Brings values of one unit into another, and leaves all others as they are. */
export function into(unit: string | null, target: string | null): UnitSystem {
  return {
    key: '',
    targets: new Map(unit === null || target === null ? [] : [[unit, target]]),
  };
}

export function isHidden({ displays }: Owned, metric: string): boolean {
  return displays.get(metric)?.isHidden === true;
}
