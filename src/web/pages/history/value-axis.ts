/** What a chart shows from bottom to top, with lines at round numbers that are as far apart as they look. */
export interface ValueAxis {
  readonly bottom: number;
  readonly top: number;
  /** From bottom to top, both included. */
  readonly ticks: readonly number[];
  /** How many decimals its numbers need. */
  readonly decimals: number;
}

/** So many lines beside the one at the bottom are about right. */
const ABOUT = 4;
const ROUND = [1, 2, 2.5, 5, 10];

/** What is between bottom and top at least, so that noise does not look like weather. */
const LEAST: Readonly<Record<string, number>> = {
  '°C': 2,
  '°F': 4,
  hPa: 2,
  inHg: 0.1,
  '%': 4,
  'm/s': 2,
  mm: 1,
  in: 0.04,
};

/** For values of which `min` is the lowest and `max` the highest. */
export function valueAxis(min: number, max: number, unit: string | null): ValueAxis {
  // Stations may send whatever a 64-bit number holds.
  const size = Math.max(Math.abs(min), Math.abs(max));
  if (size > HUGE) return EVERYTHING;
  const least = unit !== null && Object.hasOwn(LEAST, unit) ? LEAST[unit]! : 0;
  const span =
    max > min
      ? Math.max(max - min, least, size / 1e9, 1 / HUGE)
      : least || (size < 1 / HUGE ? 1 : size / 100);
  const missing = (span - (max - min)) / 2;
  // What is never below zero is not drawn so either.
  const low = min >= 0 ? Math.max(min - missing, 0) : min - missing;
  const step = roundStep(span / ABOUT);
  const first = Math.floor(low / step + TINY);
  const last = Math.max(Math.ceil((low + span) / step - TINY), Math.ceil(max / step - TINY), first + 1);
  const decimals = Math.min(Math.max(decimalsOf(step), 0), MOST_DECIMALS);
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
  return { bottom: first * step, top: last * step, ticks, decimals };
}

/** Beyond it there is no room for round numbers. */
const HUGE = 1e290;
const EVERYTHING: ValueAxis = {
  bottom: -Number.MAX_VALUE,
  top: Number.MAX_VALUE,
  ticks: [-Number.MAX_VALUE, 0, Number.MAX_VALUE],
  decimals: 0,
};
/** What computing with binary fractions may add. */
const TINY = 1e-9;
const MOST_DECIMALS = 12;

function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const round = ROUND.find((one) => one * power >= least * (1 - TINY)) ?? 10;
  return round * power;
}

/** 0.25 needs two, 2.5 one, 25 none. */
function decimalsOf(step: number): number {
  const power = Math.floor(Math.log10(step) + TINY);
  const isRound = Math.abs(step / 10 ** power - 2.5) > TINY;
  return isRound ? -power : 1 - power;
}
