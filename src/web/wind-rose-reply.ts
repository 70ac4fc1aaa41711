import type { Static } from 'typebox';
import type { FoundRose } from '../storage/history/read-wind-rose.ts';
import { formatMicros } from '../telemetry/format-time.ts';
import type { Span } from '../telemetry/spans.ts';
import type { UnitSystem } from '../telemetry/unit-system.ts';
import { classStartsIn, SECTOR_DEGREES, windRose } from '../telemetry/wind-rose.ts';
import { shownUnit } from './display-units.ts';
import type { windRoseReply } from './wind-rose-schemas.ts';

export interface ShownRose extends FoundRose {
  readonly station: string;
  readonly direction: string;
  readonly speed: string;
  /** That of the speeds, as they are stored. */
  readonly unit: string | null;
  readonly shown: Span;
  readonly timeZone: string;
}

export function toWindRoseReply(
  { cells, width, shown, unit, timeZone, station, direction, speed }: ShownRose,
  system: UnitSystem | undefined,
): Static<typeof windRoseReply> {
  const { count, calm, variable, sectors } = windRose(cells);
  const starts = classStartsIn(shownUnit(unit, system));
  return {
    station,
    direction,
    speed,
    unit: shownUnit(unit, system),
    from: formatMicros(shown.from),
    to: formatMicros(shown.to),
    every: width.name,
    everySeconds: width.seconds,
    timeZone,
    count,
    calm: tidy(calm),
    variable: tidy(variable),
    classes: starts.map((from, index) => ({ from, to: starts[index + 1] ?? null })),
    sectors: sectors.map((shares, sector) => ({
      degrees: sector * SECTOR_DEGREES,
      share: tidy(shares.reduce((sum, share) => sum + share, 0)),
      shares: shares.map(tidy),
    })),
  };
}

/** To 12 digits, which hide what dividing and adding up add. */
function tidy(share: number): number {
  return Number(share.toPrecision(12));
}
