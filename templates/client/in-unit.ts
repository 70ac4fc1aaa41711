// A single series may be shown in a unit of its own, which the owner has set; what comes of the API is in those of all others.

import { convertUnit } from '../../src/telemetry/units.ts';

/** @returns `undefined` where the value can't be told in the unit, as after the station has begun to send another */
export function inUnit(value: number, from: string | null, to: string | null): number | undefined {
  if (from === to) return value;
  if (from === null || to === null) return undefined;
  const converted = convertUnit(value, from, to);
  return converted === undefined ? undefined : Number(converted.toPrecision(12));
}
