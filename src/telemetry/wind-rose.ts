import { convertUnit } from './units.ts';

/** From north, clockwise; each is as wide to either side of its middle. */
export const SECTORS = 16;
export const SECTOR_DEGREES = 360 / SECTORS;

/** @param degrees of any turn: -90 is west */
export function sectorOf(degrees: number): number {
  return ((Math.round(degrees / SECTOR_DEGREES) % SECTORS) + SECTORS) % SECTORS;
}

/**
 * Where classes of speed begin, in m/s: Beaufort 1 to 5, and 6 and more, at ten metres (WMO-No. 306, code table 1100). Below the
 * first it is calm, and the direction of no account.
 */
const CLASS_STARTS_M_S: readonly number[] = [0.3, 1.6, 3.4, 5.5, 8, 10.8];

/** Where classes begin, in the unit of a series; `null`: nobody has said, and metres per second are taken for granted. */
export function classStartsIn(unit: string | null): readonly number[] {
  return CLASS_STARTS_M_S.map((start) => {
    const converted = unit === null ? start : convertUnit(start, 'm/s', unit);
    return Number((converted ?? start).toPrecision(12));
  });
}

/** How many stretches of time have had wind of a sector and a class. */
export interface RoseCell {
  /** From 0 (north); `null`: from nowhere in particular. */
  readonly sector: number | null;
  /** From 0; -1: calm, whatever the sector. */
  readonly speedClass: number;
  readonly count: number;
}

/** Shares of time, from 0 to 1: calm, variable and all of the sectors together are 1. */
export interface WindRose {
  /** How many stretches of time the wind is known of; with none of them all shares are 0. */
  readonly count: number;
  readonly calm: number;
  /** With wind whose directions cancel each other out. */
  readonly variable: number;
  /** By sector from north, clockwise, and in it by class. */
  readonly sectors: readonly (readonly number[])[];
}

export function windRose(cells: readonly RoseCell[]): WindRose {
  const count = cells.reduce((sum, cell) => sum + cell.count, 0);
  const shareOf = (isOf: (cell: RoseCell) => boolean): number => {
    const part = cells.reduce((sum, cell) => sum + (isOf(cell) ? cell.count : 0), 0);
    return count === 0 ? 0 : part / count;
  };
  return {
    count,
    calm: shareOf(({ speedClass }) => speedClass < 0),
    variable: shareOf(({ speedClass, sector }) => speedClass >= 0 && sector === null),
    sectors: Array.from({ length: SECTORS }, (_sector, sector) =>
      CLASS_STARTS_M_S.map((_start, speedClass) =>
        shareOf((cell) => cell.sector === sector && cell.speedClass === speedClass),
      ),
    ),
  };
}
