// Fingers on a chart: one that is drawn sideways picks a stretch, as a mouse does, or moves what was zoomed into; two zoom. Up and down
// one finger scrolls the page.

import type uPlot from 'uplot';
import type { TimeRange } from './chart-context.ts';
import { moved, type Pinch, pinched } from './finger-range.ts';
import { moveCursor } from './uplot.ts';

const LEAST_PX = 10;

interface TouchOptions {
  /** In pixels from the left edge of the plot. */
  readonly onPicked: (left: number, width: number) => void;
  /** What the charts show. */
  readonly range: () => TimeRange;
  readonly isZoomed: () => boolean;
  /** While fingers move; `undefined`: the browser took the gesture for itself, and all is to be as before. */
  readonly onPreviewed: (range: TimeRange | undefined) => void;
  /** Once they are gone. */
  readonly onFramed: (range: TimeRange) => void;
}

interface Gesture {
  readonly kind: 'pick' | 'move' | 'pinch';
  readonly range: TimeRange;
  /** What the fingers have made of it; `undefined`: nothing so far. */
  framed: TimeRange | undefined;
}

/** The plot's own listeners go with it. */
export function followTouch(
  plot: uPlot,
  { onPicked, range, isZoomed, onPreviewed, onFramed }: TouchOptions,
): void {
  const { over } = plot;
  const fingers = new Map<number, { start: number; now: number }>();
  let gesture: Gesture | undefined;

  const at = (event: PointerEvent): number => {
    const { left, width } = over.getBoundingClientRect();
    return Math.min(Math.max(event.clientX - left, 0), width);
  };
  const select = (left: number, width: number): void =>
    plot.setSelect({ left, top: 0, width, height: width > 0 ? over.clientHeight : 0 }, false);

  function begin(kind: Gesture['kind']): void {
    select(0, 0);
    gesture = { kind, range: range(), framed: undefined };
    for (const finger of fingers.values()) finger.start = finger.now;
  }

  function preview(framed: TimeRange): void {
    if (gesture !== undefined) gesture.framed = framed;
    onPreviewed(framed);
  }

  function follow({ kind, range: before, framed }: Gesture): void {
    const [first, second] = [...fingers.values()];
    if (first === undefined) return;
    const distance = first.now - first.start;
    const pinch: Pinch | undefined = second && { first, second };
    if (kind === 'pinch' && pinch !== undefined) preview(pinched(before, pinch, over.clientWidth));
    else if (kind === 'move' && (framed !== undefined || Math.abs(distance) >= LEAST_PX))
      preview(moved(before, distance / over.clientWidth));
    else if (kind === 'pick') {
      moveCursor(plot, first.now);
      if (Math.abs(distance) >= LEAST_PX) select(Math.min(first.start, first.now), Math.abs(distance));
    }
  }

  function end({ kind, framed }: Gesture, { start, now }: { start: number; now: number }): void {
    select(0, 0);
    if (framed !== undefined) onFramed(framed);
    else if (kind === 'pick' && Math.abs(now - start) >= LEAST_PX)
      onPicked(Math.min(start, now), Math.abs(now - start));
  }

  over.addEventListener('pointerdown', (event) => {
    if (event.pointerType === 'mouse') return;
    if (event.isPrimary) fingers.clear();
    fingers.set(event.pointerId, { start: at(event), now: at(event) });
    if (fingers.size === 1) begin(isZoomed() ? 'move' : 'pick');
    else if (fingers.size === 2) begin('pinch');
  });
  over.addEventListener('pointermove', (event) => {
    const finger = fingers.get(event.pointerId);
    if (finger === undefined || gesture === undefined) return;
    finger.now = at(event);
    follow(gesture);
  });
  over.addEventListener('pointerup', (event) => {
    const finger = fingers.get(event.pointerId);
    if (finger === undefined || !fingers.delete(event.pointerId)) return;
    finger.now = at(event);
    // The first finger of two that goes ends it: what the other one does then was hardly meant.
    const ended = gesture;
    gesture = undefined;
    if (ended !== undefined) end(ended, finger);
  });
  over.addEventListener('pointercancel', (event) => {
    fingers.delete(event.pointerId);
    select(0, 0);
    if (gesture?.framed !== undefined) onPreviewed(undefined);
    gesture = undefined;
  });
  for (const name of ['touchstart', 'touchmove'] as const)
    over.addEventListener(name, keep, { passive: false });
}

/** Two fingers that go up a little as well would scroll the page, and the browser would take them for itself. */
function keep(event: TouchEvent): void {
  if (event.touches.length > 1 && event.cancelable) event.preventDefault();
}
