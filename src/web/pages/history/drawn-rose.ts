import { SECTOR_DEGREES, type WindRose } from '../../../telemetry/wind-rose.ts';
import { valueAxis } from './value-axis.ts';

/** A wind rose as templates write it: parts of an SVG around its middle, in which the outermost ring has a radius of 100. */
export interface DrawnRose {
  /** By class of speed, the slowest first, which lies innermost. */
  readonly classes: readonly { readonly number: number; readonly path: string }[];
  readonly rings: readonly { readonly radius: string; readonly share: number; readonly y: string }[];
}

const RADIUS = 100;
/** Of what a sector has, the rest is between it and the next. */
const PART = 0.84;

/** @param rose with wind from somewhere */
export function drawRose({ sectors }: Pick<WindRose, 'sectors'>): DrawnRose {
  const longest = Math.max(...sectors.map((shares) => sumOf(shares)));
  const { top, ticks } = valueAxis(0, longest * 100, null);
  const radiusOf = (share: number): number => ((share * 100) / top) * RADIUS;
  const classes = sectors[0]!.map((_share, number) => ({
    number,
    path: sectors
      .map((shares, sector) => {
        const inner = radiusOf(sumOf(shares.slice(0, number)));
        const outer = radiusOf(sumOf(shares.slice(0, number + 1)));
        return outer > inner ? wedge(sector * SECTOR_DEGREES, inner, outer) : '';
      })
      .join(''),
  }));
  const rings = ticks.slice(1).map((percent) => {
    const radius = radiusOf(percent / 100);
    return { radius: place(radius), share: percent / 100, y: place(-radius) };
  });
  return { classes, rings };
}

/** A piece of a ring around where the wind comes from. */
function wedge(degrees: number, inner: number, outer: number): string {
  const half = (SECTOR_DEGREES * PART) / 2;
  const [left, right] = [degrees - half, degrees + half];
  return (
    `M${at(inner, left)}L${at(outer, left)}${arc(outer, 1)}${at(outer, right)}` +
    `L${at(inner, right)}${arc(inner, 0)}${at(inner, left)}z`
  );
}

function at(radius: number, degrees: number): string {
  const radians = (degrees * Math.PI) / 180;
  return `${place(radius * Math.sin(radians))} ${place(-radius * Math.cos(radians))}`;
}

/** @param sweep 1: clockwise */
function arc(radius: number, sweep: 0 | 1): string {
  return `A${place(radius)} ${place(radius)} 0 0 ${sweep} `;
}

function place(value: number): string {
  return String(Math.round(value * 10) / 10 || 0);
}

function sumOf(shares: readonly number[]): number {
  return shares.reduce((sum, share) => sum + share, 0);
}
