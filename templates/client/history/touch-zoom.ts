// A finger that is drawn sideways over a chart picks a stretch, as a mouse does; up and down it scrolls the page.

import type uPlot from 'uplot';
import { moveCursor } from './uplot.ts';

const LEAST_PX = 10;

interface TouchOptions {
  /** In pixels from the left edge of the plot. */
  readonly onPicked: (left: number, width: number) => void;
}

/** The plot's own listeners go with it. */
export function followTouch(plot: uPlot, { onPicked }: TouchOptions): void {
  const { over } = plot;
  let start: number | undefined;

  const at = (event: PointerEvent): number => {
    const { left, width } = over.getBoundingClientRect();
    return Math.min(Math.max(event.clientX - left, 0), width);
  };
  const select = (left: number, width: number): void =>
    plot.setSelect({ left, top: 0, width, height: width > 0 ? over.clientHeight : 0 }, false);

  over.addEventListener('pointerdown', (event) => {
    if (event.pointerType === 'mouse') return;
    // The second finger wants something else.
    start = event.isPrimary ? at(event) : undefined;
    if (start === undefined) select(0, 0);
  });
  over.addEventListener('pointermove', (event) => {
    if (event.pointerType === 'mouse' || start === undefined) return;
    const now = at(event);
    moveCursor(plot, now);
    if (Math.abs(now - start) >= LEAST_PX) select(Math.min(start, now), Math.abs(now - start));
  });
  over.addEventListener('pointerup', (event) => {
    if (event.pointerType === 'mouse' || start === undefined) return;
    const now = at(event);
    const [left, width] = [Math.min(start, now), Math.abs(now - start)];
    start = undefined;
    select(0, 0);
    if (width >= LEAST_PX) onPicked(left, width);
  });
  over.addEventListener('pointercancel', () => {
    start = undefined;
    select(0, 0);
  });
}
