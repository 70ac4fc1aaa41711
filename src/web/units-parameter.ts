import { parseUnitSystem, type UnitSystem } from '../telemetry/unit-system.ts';
import { invalidParameter } from './errors.ts';

/** `units=` of an address of the API. @throws WebError 400 for what is none */
export function parseUnitsParameter(text: string | undefined): UnitSystem | undefined {
  if (text === undefined) return undefined;
  const units = parseUnitSystem(text);
  if (units === undefined) {
    throw invalidParameter('units', 'is metric, imperial, or a list of units such as metric,kmh');
  }
  return units;
}
