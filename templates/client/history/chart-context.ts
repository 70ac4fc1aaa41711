import type uPlot from 'uplot';
import type { LineData } from '../../../src/web/pages/history/chart-data.ts';
import type { Line } from './align.ts';
import type { PlotStyle } from './plot-options.ts';
import type { PointWidth } from './points.ts';
import type { LineReading } from './readout.ts';

/** Seconds since 1970. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** What charts draw, and of which time. */
export interface ChartContent {
  readonly fetched: ReadonlyMap<LineData, Line>;
  readonly range: TimeRange;
}

/** What all charts of a page have in common, and whom they tell of what is done with them. */
export interface ChartContext {
  readonly style: PlotStyle;
  /** Joins the cursors of all charts that have it. */
  readonly syncKey: string;
  /** How a point of a line is written. */
  readonly pointText: (line: Line, point: number, unit: string | null) => NonNullable<LineReading>;
  /** When a point was or its bucket begins, or the time itself where there is none. */
  readonly timeText: (time: number, width?: PointWidth) => string;
  readonly onPicked: (range: TimeRange) => void;
  /** Fingers move all charts to a range; `undefined`: back to what they showed before. */
  readonly onPreviewed: (range: TimeRange | undefined) => void;
  /** Fingers have left them at a range. */
  readonly onFramed: (range: TimeRange) => void;
  readonly onBack: () => void;
  /** Whether the range was zoomed into, and Back leads out. */
  readonly isZoomed: () => boolean;
  /** The cursor was moved by key, to where there is this. */
  readonly onMoved: (text: string) => void;
  /** What screen readers call it. */
  readonly roleText: string;
  /** The element that says which keys there are. */
  readonly hintId: string;
}

/**
 * A chart's place in the page. `plot` is there for tests, and for whoever wants to know more of a chart: `plot.data` is what is drawn,
 * times first.
 */
export interface PlotElement extends HTMLElement {
  plot?: uPlot;
}
