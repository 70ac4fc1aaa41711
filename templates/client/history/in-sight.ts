// Charts that nobody sees are not brought up to date again and again: they wait until they come into sight, or onto paper.

import type { Chart } from './chart.ts';
import type { ChartContent } from './chart-context.ts';

/** Draws charts of which some may be out of sight. */
export interface SightedCharts {
  /** At once, for what somebody does: the next thing that they do begins with it. */
  draw(chart: Chart, content: ChartContent): void;
  /** At once if it is in sight, or else as soon as it is, with what was wanted last. */
  update(chart: Chart, content: ChartContent): void;
  close(): void;
}

/** How far from the window's edge a chart is drawn already, for those who scroll. */
const MARGIN = '50%';

export function createSightedCharts(charts: readonly Chart[]): SightedCharts {
  const hidden = new Set<Chart>();
  const waiting = new Map<Chart, ChartContent>();
  const byPlace = new Map<Element, Chart>(charts.map((chart) => [chart.place, chart]));

  function drawWaiting(chart: Chart): void {
    const content = waiting.get(chart);
    waiting.delete(chart);
    if (content !== undefined) chart.draw(content);
  }

  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const chart = byPlace.get(target);
        if (chart === undefined) continue;
        if (!isIntersecting) hidden.add(chart);
        else {
          hidden.delete(chart);
          drawWaiting(chart);
        }
      }
    },
    { rootMargin: MARGIN },
  );
  for (const { place } of charts) observer.observe(place);
  const beforePrint = (): void => charts.forEach(drawWaiting);
  addEventListener('beforeprint', beforePrint);

  return {
    draw(chart, content) {
      waiting.delete(chart);
      chart.draw(content);
    },
    update(chart, content) {
      if (hidden.has(chart)) waiting.set(chart, content);
      else chart.draw(content);
    },
    close() {
      observer.disconnect();
      removeEventListener('beforeprint', beforePrint);
    },
  };
}
