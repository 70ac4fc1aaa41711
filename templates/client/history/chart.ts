// One chart of the page: uPlot draws it in place of the picture that the service has made.

import type uPlot from 'uplot';
import type { ChartData } from '../../../src/web/pages/history/chart-data.ts';
import { alignLines, type AlignedColumns, type Line } from './align.ts';
import type { ChartContent, ChartContext, PlotElement } from './chart-context.ts';
import { createChartCursor } from './chart-cursor.ts';
import { emptyLine } from './fetch-points.ts';
import { inDrawingOrder, plotOptions, seriesIndexes } from './plot-options.ts';
import { createReadout } from './readout.ts';
import { Plot } from './uplot.ts';

export interface Chart {
  readonly place: PlotElement;
  readonly data: ChartData;
  draw(content: ChartContent): void;
  /** After colours, or the width of labels, have changed. */
  redraw(): void;
  close(): void;
}

export function createChart(
  place: PlotElement,
  data: ChartData,
  context: ChartContext,
  content: ChartContent,
): Chart {
  let shown = content;
  let lines = linesOf(data, content);
  const readout = createReadout(data);
  place.before(readout.element);
  for (const element of [place, place.closest('.chart')]) element?.classList.add('is-drawn');
  makeReachable(place, context);
  const cursor = createChartCursor({
    place,
    data,
    context,
    readout,
    lines: () => lines,
    range: () => shown.range,
  });
  let plot = makePlot();
  cursor.followKeys();
  const resized = new ResizeObserver(() => {
    const { clientWidth: width, clientHeight: height } = place;
    if (width > 0 && (width !== plot.width || height !== plot.height)) plot.setSize({ width, height });
  });
  resized.observe(place);

  function makePlot(): uPlot {
    const { range } = shown;
    const plotLines = data.lines.map((line, index) => ({
      line,
      isBand: lines[index]?.isBand ?? false,
      seconds: lines[index]?.width.seconds ?? 0,
    }));
    const made = new Plot(
      {
        ...plotOptions(data, plotLines, context.style),
        ...cursor.options(),
        width: place.clientWidth,
        height: place.clientHeight,
        legend: { show: false },
      },
      align(lines, range.from, range.to),
      place,
    );
    made.setScale('x', { min: range.from, max: range.to });
    cursor.attach(made);
    place.plot = made;
    return made;
  }

  return {
    place,
    data,
    draw(next) {
      const before = formOf(lines);
      shown = next;
      lines = linesOf(data, next);
      if (before !== formOf(lines)) {
        plot.destroy();
        plot = makePlot();
        return;
      }
      const { from, to } = next.range;
      plot.batch(() => {
        plot.setData(align(lines, from, to), false);
        plot.setScale('x', { min: from, max: to });
      });
    },
    redraw: () => plot.redraw(false, true),
    close() {
      resized.disconnect();
      plot.destroy();
    },
  };
}

/** What a plot is made for: with other series, or other widths of bars, there has to be another. */
function formOf(lines: readonly Line[]): string {
  return String([seriesIndexes(lines), lines.map(({ isBar, width }) => isBar && width.seconds)]);
}

function linesOf({ lines, shape }: ChartData, { fetched }: ChartContent): Line[] {
  return lines.map((line) => fetched.get(line) ?? emptyLine(shape === 'bars'));
}

/** uPlot draws no axes where there is no point at all. */
function align(lines: readonly Line[], from: number, to: number): AlignedColumns {
  const [times, ...columns] = alignLines(inDrawingOrder(lines), to);
  return times.length > 0 ? [times, ...columns] : [[from, to], ...columns.map(() => [null, null])];
}

/** By keyboard, and for screen readers, which leave the arrow keys to it. */
function makeReachable(place: HTMLElement, { roleText, hintId }: ChartContext): void {
  const described = [place.getAttribute('aria-describedby'), hintId].filter((id) => id !== null);
  place.tabIndex = 0;
  place.setAttribute('role', 'application');
  place.setAttribute('aria-roledescription', roleText);
  place.setAttribute('aria-describedby', described.join(' '));
}
