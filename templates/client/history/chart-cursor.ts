// The cursor of a chart: what is at it is told in the legend, and what it picks becomes the range.

import type uPlot from 'uplot';
import type { ChartData } from '../../../src/web/pages/history/chart-data.ts';
import { gapLimit } from '../../../src/web/pages/history/gap-limit.ts';
import type { Line } from './align.ts';
import type { ChartContext, PlotElement, TimeRange } from './chart-context.ts';
import { followKeys } from './cursor-keys.ts';
import { LEAST_ZOOMED_S } from './finger-range.ts';
import { nearestPoint } from './nearest-point.ts';
import { seriesIndexes } from './plot-options.ts';
import type { Readout } from './readout.ts';
import { followTouch } from './touch-zoom.ts';
import { columnOf, moveCursor, timesOf } from './uplot.ts';

export interface ChartCursor {
  options(): Pick<uPlot.Options, 'cursor' | 'hooks'>;
  /** To a plot that was made with these options. */
  attach(plot: uPlot): void;
  followKeys(): void;
}

interface CursorOptions {
  readonly place: PlotElement;
  readonly data: ChartData;
  readonly context: ChartContext;
  readonly readout: Readout;
  readonly lines: () => readonly Line[];
  readonly range: () => TimeRange;
}

const LEAST_PICKED_PX = 8;
const POINT_PX = 9;

export function createChartCursor({
  place,
  data,
  context,
  readout,
  lines,
  range,
}: CursorOptions): ChartCursor {
  /** At each line, which of uPlot's places the cursor is at. */
  const placesAt = (plot: uPlot): (number | null)[] =>
    seriesIndexes(lines()).map((index) => plot.cursor.idxs?.[index] ?? null);

  function findPlace(plot: uPlot, series: number, closest: number, time: number): number | null {
    if (series === 0) return closest;
    const line = lines()[seriesIndexes(lines()).indexOf(series)];
    if (line === undefined) return null;
    const { from, to } = range();
    return nearestPoint({
      times: timesOf(plot),
      column: columnOf(plot, series),
      index: closest,
      time,
      secondsPerPixel: (to - from) / Math.max(plot.over.clientWidth, 1),
      longestStep: gapLimit(line.points.t, line.width.seconds),
    });
  }

  /** None at the edges of a band, where uPlot's types want one. */
  function showPoint(_plot: uPlot, series: number): HTMLElement {
    const point = seriesIndexes(lines()).includes(series) ? document.createElement('div') : null;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- uPlot looks whether it is an element
    return point as HTMLElement;
  }

  function pick(plot: uPlot, left: number, width: number): void {
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    if (width < LEAST_PICKED_PX) return;
    const from = plot.posToVal(left, 'x');
    const to = plot.posToVal(left + width, 'x');
    if (to - from >= LEAST_ZOOMED_S) context.onPicked({ from, to });
  }

  function show(plot: uPlot): void {
    const { left = -1 } = plot.cursor;
    if (left < 0) {
      readout.show('', []);
      return;
    }
    const places = placesAt(plot);
    const first = places.findIndex((found) => found !== null);
    const line = lines()[first];
    const drawnAt = timesOf(plot)[places[first] ?? -1];
    const begin = line && drawnAt !== undefined ? line.points.t[pointBefore(line, drawnAt)] : undefined;
    readout.show(
      context.timeText(begin ?? plot.posToVal(left, 'x'), begin === undefined ? undefined : line?.width),
      lines().map((one, index) => textAt(plot, one, places[index] ?? null)),
    );
  }

  function textAt(
    plot: uPlot,
    line: Line,
    at: number | null,
  ): ReturnType<ChartContext['pointText']> | undefined {
    const time = at === null ? undefined : timesOf(plot)[at];
    return time === undefined ? undefined : context.pointText(line, pointBefore(line, time), data.unit);
  }

  function moveBy(steps: number): void {
    const { plot } = place;
    if (plot === undefined) return;
    const { from, to } = range();
    const times = timesOf(plot);
    const column = columnOf(plot, seriesIndexes(lines())[0] ?? 1);
    const stops = times.filter(
      (time, index) => typeof column[index] === 'number' && time >= from && time <= to,
    );
    const { left = -1 } = plot.cursor;
    const at = left < 0 ? to : plot.posToVal(left, 'x');
    const current = nearestTo(stops, at);
    // The first step back from no cursor is to the newest point.
    const target = left < 0 && steps === -1 ? current : current + steps;
    const time = stops[Math.min(Math.max(target, 0), stops.length - 1)];
    if (time === undefined) return;
    moveCursor(plot, plot.valToPos(time, 'x'));
    context.onMoved(readout.text());
  }

  function zoomBy(factor: number): void {
    const { from, to } = range();
    const { plot } = place;
    const left = plot?.cursor.left ?? -1;
    const middle = plot !== undefined && left >= 0 ? plot.posToVal(left, 'x') : (from + to) / 2;
    const half = Math.max(((to - from) * factor) / 2, LEAST_ZOOMED_S / 2);
    context.onPicked({ from: middle - half, to: middle + half });
  }

  return {
    options: () => ({
      cursor: {
        y: false,
        drag: { x: true, y: false, setScale: false },
        sync: { key: context.syncKey, scales: ['x', null] },
        bind: {
          dblclick: () => () => {
            context.onBack();
            return null;
          },
        },
        points: {
          size: POINT_PX,
          show: showPoint,
        },
        dataIdx: findPlace,
      },
      hooks: {
        setCursor: [show],
        setSelect: [
          (plot) => {
            // The stretch is drawn in all charts, and picked in one.
            if (plot.cursor.event?.type === 'mouseup') pick(plot, plot.select.left, plot.select.width);
            else if (plot.cursor.event === null)
              plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          },
        ],
      },
    }),
    attach: (plot) =>
      followTouch(plot, { ...context, range, onPicked: (left, width) => pick(plot, left, width) }),
    followKeys: () => followKeys(place, { onMove: moveBy, onZoom: zoomBy, onBack: context.onBack }),
  };
}

/** The point of a line that is drawn at a time: in the middle of its bucket. */
function pointBefore({ points: { t } }: Line, time: number): number {
  let index = t.length - 1;
  while (index > 0 && (t[index] ?? 0) > time) index -= 1;
  return index;
}

function nearestTo(stops: readonly number[], time: number): number {
  let nearest = 0;
  for (const [index, stop] of stops.entries()) {
    if (Math.abs(stop - time) < Math.abs((stops[nearest] ?? 0) - time)) nearest = index;
  }
  return nearest;
}
