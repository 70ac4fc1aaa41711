/** The candidate that was probably meant; `undefined` when none is near. */
export function closest(text: string, candidates: readonly string[]): string | undefined {
  return nearest(text, candidates, Math.max(2, Math.floor(text.length / 3)));
}

/** The one that the fewest changes lead to, if these are at most `most`. */
export function nearest(text: string, candidates: readonly string[], most: number): string | undefined {
  let best: string | undefined;
  let least = most + 1;
  for (const candidate of candidates) {
    const distance = editDistance(text, candidate);
    if (distance >= least) continue;
    best = candidate;
    least = distance;
  }
  return best;
}

/** How many characters must be put in, taken out, replaced, or exchanged with the one beside them. */
function editDistance(one: string, other: string): number {
  const [left, right] = [Array.from(one), Array.from(other)];
  const rows: number[][] = [[0, ...right.map((_, index) => index + 1)]];
  for (const [row, character] of left.entries()) {
    const previous = rows[row]!;
    const current = [row + 1];
    for (const [column, against] of right.entries()) {
      const replaced = previous[column]! + (character === against ? 0 : 1);
      const isExchanged =
        row > 0 && column > 0 && character === right[column - 1] && left[row - 1] === against;
      const exchanged = isExchanged ? rows[row - 1]![column - 1]! + 1 : Infinity;
      current.push(Math.min(replaced, exchanged, previous[column + 1]! + 1, current[column]! + 1));
    }
    rows.push(current);
  }
  return rows.at(-1)!.at(-1)!;
}
