/*
 * What the page hands to the script that draws charts in the browser, as JSON in `data-charts` and `data-chart`. Times are seconds
 * since 1970.
 */

/** Of all charts of a page. */
export interface ChartsData {
  readonly from: number;
  readonly to: number;
  /** Whether the range ends now, and goes on with the time. */
  readonly isOpen: boolean;
  /** Whether now lies in the range, so that new readings belong in it. */
  readonly isCurrent: boolean;
  /** The width of the buckets that the service drew, as `every=` takes it; `raw`: single readings. */
  readonly every: string;
  /** That of the owner, whose days they are. */
  readonly timeZone: string;
}

export interface ChartData {
  readonly shape: ChartShape;
  /** The width of its buckets, as in {@link ChartsData}; of bars it is one of their own. */
  readonly every: string;
  /** What its values are shown in. */
  readonly unit: string | null;
  readonly lines: readonly LineData[];
}

export interface LineData {
  readonly station: string;
  readonly metric: string;
  readonly label: string;
  /** What the page is about, what was put beside it, or what was measured earlier. */
  readonly kind: LineKind;
  /** Which colour and which dashes it has. */
  readonly style: number;
  /** Where it is taken from: to each time in a span its offset is added. */
  readonly spans: readonly { readonly from: number; readonly to: number; readonly offset: number }[];
  /** Whether the lowest and the highest of each bucket are drawn around it. */
  readonly isBand: boolean;
}

/**
 * Lines through means; directions from 0 to 360, of which only dots say where they are; bars of what has come in each bucket
 * (`rise` of the history).
 */
export type ChartShape = 'lines' | 'dots' | 'bars';

export type LineKind = 'main' | 'other' | 'earlier';

/** Which of the bars that stand side by side in a bucket, from the left. */
export interface BarSlot {
  readonly index: number;
  readonly count: number;
}

/** Bars of several series stand side by side; what was earlier stands over those of which it is. */
export function barSlot<T extends { readonly kind: LineKind }>(lines: readonly T[], line: T): BarSlot {
  const beside = lines.filter(({ kind }) => kind !== 'earlier');
  return { index: Math.max(beside.indexOf(line), 0), count: Math.max(beside.length, 1) };
}
