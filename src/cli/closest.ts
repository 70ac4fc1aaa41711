/** The candidate that was probably meant; `undefined` when none is near. */
export function closest(text: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.floor(text.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(text, candidate);
    if (distance >= least) continue;
    best = candidate;
    least = distance;
  }
  return best;
}

/** How many characters must be put in, taken out or replaced (Levenshtein). */
function editDistance(one: string, other: string): number {
  const characters = Array.from(other);
  let previous = [0, ...characters.map((_, index) => index + 1)];
  for (const [row, character] of Array.from(one).entries()) {
    const current = [row + 1];
    for (const [column, against] of characters.entries()) {
      const replaced = previous[column]! + (character === against ? 0 : 1);
      current.push(Math.min(replaced, previous[column + 1]! + 1, current[column]! + 1));
    }
    previous = current;
  }
  return previous.at(-1)!;
}
