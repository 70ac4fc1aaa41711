// What keys do on a chart that has the focus.

export interface CursorKeys {
  /** Moves the cursor by so many points of the line; `Infinity` to its end. */
  readonly onMove: (points: number) => void;
  /** 0.5 shows half as much time around the cursor, 2 twice as much. */
  readonly onZoom: (factor: number) => void;
  /** Out of what was zoomed into. */
  readonly onBack: () => void;
}

const FAST = 10;
const MOVES: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  PageUp: -FAST,
  PageDown: FAST,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};
const ZOOMS: Readonly<Record<string, number>> = { '+': 0.5, '=': 0.5, '-': 2 };

export function followKeys(element: HTMLElement, { onMove, onZoom, onBack }: CursorKeys): void {
  element.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = MOVES[event.key];
    const zoom = ZOOMS[event.key];
    if (move !== undefined) onMove(event.shiftKey ? move * FAST : move);
    else if (zoom !== undefined) onZoom(zoom);
    else if (event.key === 'Escape') onBack();
    else return;
    event.preventDefault();
  });
}
