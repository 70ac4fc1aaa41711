/** How cards lie on a screen on the wall. */
export interface WallGrid {
  readonly columns: number;
  readonly rows: number;
}

interface Room {
  readonly width: number;
  readonly height: number;
}

/** Of the width and the height of a card, as the styles have it: what the digits may take of them. */
const DIGITS = { width: 0.28, height: 0.44 };

/** Puts cards into as many columns as make the digits largest, and of those that do into the fewest places. */
export function wallGrid(count: number, { width, height }: Room): WallGrid {
  let best: WallGrid & { readonly size: number } = { columns: 1, rows: 1, size: 0 };
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const size = Math.min((DIGITS.width * width) / columns, (DIGITS.height * height) / rows);
    const isBetter = size > best.size || (size === best.size && columns * rows < best.columns * best.rows);
    if (isBetter) best = { columns, rows, size };
  }
  return best;
}

/** The least that a card takes to be read from across a room, in `rem`. */
const LEAST = { width: 9, height: 7 };
/** However large the screen is: more are hard to look over. */
const MOST_AT_ONCE = 48;

/** How many cards can be read at once. @param rem how many of the room's units it is */
export function wallCapacity({ width, height }: Room, rem: number): number {
  const columns = Math.max(Math.floor(width / (LEAST.width * rem)), 1);
  const rows = Math.max(Math.floor(height / (LEAST.height * rem)), 1);
  return Math.min(columns * rows, MOST_AT_ONCE);
}
