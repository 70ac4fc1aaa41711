// On a phone, what can be chosen stands in rows that are pushed aside.

const ROWS = '.choices ul';

/** Pushes each row so far that the first of what is chosen in it is in sight. */
export function showChosen(): void {
  for (const row of document.querySelectorAll(ROWS)) {
    const chosen = row.querySelector('[aria-current]');
    if (chosen === null || row.scrollWidth <= row.clientWidth) continue;
    const [inside, around] = [chosen.getBoundingClientRect(), row.getBoundingClientRect()];
    // In the middle, so that there is something to be seen on both sides.
    row.scrollLeft += (inside.left + inside.right - around.left - around.right) / 2;
  }
}

/** @returns what pushes the rows that stand in the place of those of now as far as these were */
export function keepRows(): () => void {
  const kept = new Map<string | null, number>();
  for (const row of document.querySelectorAll(ROWS)) kept.set(labelOf(row), row.scrollLeft);
  return () => {
    for (const row of document.querySelectorAll(ROWS)) row.scrollLeft = kept.get(labelOf(row)) ?? 0;
  };
}

function labelOf(row: Element): string | null {
  return row.parentElement?.getAttribute('aria-labelledby') ?? null;
}
