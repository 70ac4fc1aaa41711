// All charts of a page have their left edges below each other, so that one time is in one place.

export interface AxisWidth {
  /** How wide the labels of a chart are, in pixels; returns the width of all. */
  claim(chart: object, labels: readonly string[]): number;
  /** Tells that charts have to be laid out anew. */
  onGrown(listener: () => void): void;
}

const SPACE_PX = 12;
const LEAST_PX = 36;

/** @param font as CSS writes it */
export function createAxisWidth(font: string): AxisWidth {
  const context = document.createElement('canvas').getContext('2d');
  if (context) context.font = font;
  const listeners: (() => void)[] = [];
  const claims = new Map<object, number>();
  let width = LEAST_PX;
  return {
    claim(chart, labels) {
      const longest = Math.max(0, ...labels.map((label) => context?.measureText(label).width ?? 0));
      claims.set(chart, Math.ceil(longest) + SPACE_PX);
      const needed = Math.max(LEAST_PX, ...claims.values());
      // It never shrinks: charts would jump with every label that comes and goes.
      if (needed > width) {
        width = needed;
        queueMicrotask(() => {
          for (const listener of listeners) listener();
        });
      }
      return width;
    },
    onGrown: (listener) => void listeners.push(listener),
  };
}
