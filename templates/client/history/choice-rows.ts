// On a phone, what can be chosen stands in rows that are pushed aside.

const ROWS = '.choices ul';

/** Pushes each row in which nothing that is chosen is in sight so far that the first of it is. */
export function showChosen(): void {
  for (const row of document.querySelectorAll(ROWS)) {
    const around = row.getBoundingClientRect();
    const chosen = [...row.querySelectorAll('[aria-current]')].map((item) => item.getBoundingClientRect());
    const [first] = chosen;
    if (first === undefined || chosen.some(({ left, right }) => left >= around.left && right <= around.right))
      continue;
    // In the middle, so that there is something to be seen on both sides.
    row.scrollLeft += (first.left + first.right - around.left - around.right) / 2;
  }
}

/** @returns what pushes the rows that stand in the place of those of now as far as these were, or to what is chosen */
export function keepRows(): () => void {
  const kept = new Map<string | null, number>();
  for (const row of document.querySelectorAll(ROWS)) kept.set(labelOf(row), row.scrollLeft);
  return () => {
    for (const row of document.querySelectorAll(ROWS)) row.scrollLeft = kept.get(labelOf(row)) ?? 0;
    showChosen();
  };
}

function labelOf(row: Element): string | null {
  return row.parentElement?.getAttribute('aria-labelledby') ?? null;
}
