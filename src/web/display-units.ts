import type { UnitSystem } from '../telemetry/unit-system.ts';
import { convertUnit } from '../telemetry/units.ts';

/** A value with its unit, as it is shown. */
export interface ShownValue {
  readonly value: number;
  readonly unit: string | null;
}

/** The unit that values of `unit` are shown in; `system` undefined leaves every unit as it is. */
export function shownUnit(unit: string | null, system: UnitSystem | undefined): string | null {
  if (unit === null || system === undefined) return unit;
  return system.targets.get(unit) ?? unit;
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
