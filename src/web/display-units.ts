import { convertUnit } from '../telemetry/units.ts';

export type UnitSystem = 'metric' | 'imperial';

/** A value with its unit, as it is shown. */
export interface ShownValue {
  readonly value: number;
  readonly unit: string | null;
}

/** Pairs of metric and imperial; all other units stay as they are. */
const PAIRS = [
  ['°C', '°F'],
  ['m/s', 'mph'],
  ['hPa', 'inHg'],
  ['mm', 'in'],
  ['mm/h', 'in/h'],
] as const;

const TARGETS: Readonly<Record<UnitSystem, ReadonlyMap<string, string>>> = {
  metric: new Map(PAIRS.map(([metric, imperial]) => [imperial, metric])),
  imperial: new Map(PAIRS),
};

/** The unit that values of `unit` are shown in; `system` undefined leaves every unit as it is. */
export function shownUnit(unit: string | null, system: UnitSystem | undefined): string | null {
  if (unit === null || system === undefined) return unit;
  return TARGETS[system].get(unit) ?? unit;
}

/** Converts a value into the unit that {@link shownUnit} names for it. */
export function showValue(value: number, unit: string | null, system: UnitSystem | undefined): ShownValue {
  const target = shownUnit(unit, system);
  if (unit === null || target === null || target === unit) return { value, unit };
  const converted = convertUnit(value, unit, target);
  // 12 digits are far beyond any sensor, and hide what binary fractions add: 70.7, not 70.69999999999999.
  return converted === undefined
    ? { value, unit }
    : { value: Number(converted.toPrecision(12)), unit: target };
}
