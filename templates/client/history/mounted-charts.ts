// The charts of a page, drawn together.

import type { ChartData, ChartsData } from '../../../src/web/pages/history/chart-data.ts';
import { type Chart, createChart } from './chart.ts';
import type { ChartContent, ChartContext, PlotElement } from './chart-context.ts';
import { createSightedCharts } from './in-sight.ts';
import type { WantedLine } from './plan-requests.ts';

/** What the service says of the charts in a fragment, before they are drawn. */
export interface FoundCharts {
  readonly data: ChartsData;
  readonly figures: readonly { readonly place: PlotElement; readonly data: ChartData }[];
  /** Those of which there was nothing to draw. */
  readonly empty: readonly ChartData[];
  readonly wanted: readonly WantedLine[];
}

function readCharts(text: string): ChartsData {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own service's words
  return JSON.parse(text) as ChartsData;
}

function readChart(text = ''): ChartData {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own service's words
  return JSON.parse(text) as ChartData;
}

/** @returns `undefined` where there are none: tables, or a database that is away */
export function findCharts(fragment: HTMLElement): FoundCharts | undefined {
  const text = fragment.dataset['charts'];
  if (text === undefined) return undefined;
  const all = [...fragment.querySelectorAll<HTMLElement>('[data-chart]')].map((figure) => ({
    place: figure.querySelector<PlotElement>('.plot'),
    data: readChart(figure.dataset['chart']),
  }));
  const figures = all.flatMap(({ place, data }) => (place === null ? [] : [{ place, data }]));
  const empty = all.flatMap(({ place, data }) => (place === null ? [data] : []));
  if (all.length === 0) return undefined;
  const wanted = figures.flatMap(({ data: { lines, shape, every, unit } }) =>
    lines.map((line) => ({ line, shape, every, unit })),
  );
  return { data: readCharts(text), figures, empty, wanted };
}

export interface MountedCharts extends FoundCharts {
  draw(content: ChartContent): void;
  /** Those that are out of sight once they come into it. @param only those of them; all unless told */
  update(content: ChartContent, only?: ReadonlySet<ChartData>): void;
  redraw(): void;
  close(): void;
}

/** Draws them; the fragment has to be part of the page already. */
export function mountCharts(found: FoundCharts, context: ChartContext, content: ChartContent): MountedCharts {
  const charts = found.figures.map(({ place, data }): Chart => createChart(place, data, context, content));
  const sighted = createSightedCharts(charts);
  return {
    ...found,
    draw(next) {
      for (const chart of charts) sighted.draw(chart, next);
    },
    update(next, only) {
      for (const chart of charts) if (only?.has(chart.data) ?? true) sighted.update(chart, next);
    },
    redraw() {
      for (const chart of charts) chart.redraw();
    },
    close() {
      sighted.close();
      for (const chart of charts) chart.close();
    },
  };
}
