// What happens to the charts while the page is open: they are drawn, kept up to date, and give way to those of another address.

import type { ChartData } from '../../../src/web/pages/history/chart-data.ts';
import type { LiveReading } from '../link.ts';
import type { ChartContent, ChartContext, TimeRange } from './chart-context.ts';
import { type FetchedLines, fetchPoints, NotAnswered } from './fetch-points.ts';
import { createFirstPoints } from './first-points.ts';
import { addLivePoints } from './live-points.ts';
import { findCharts, type FoundCharts, type MountedCharts, mountCharts } from './mounted-charts.ts';
import { fetchPage } from './page-swap.ts';
import { dropBefore } from './points.ts';
import { refetchAfter } from './refetch-after.ts';
import { shownRange } from './shown-range.ts';

export interface Session {
  /** Draws the charts that are in the page. */
  start(): void;
  /** Shows another address in the page; the last one asked for wins. */
  show(url: string, delayMs?: number): void;
  /** Moves all charts to a range at once, until what belongs to it has come; `undefined`: back to what belongs to the address. */
  preview(range: TimeRange | undefined): void;
  addReadings(readings: readonly LiveReading[]): void;
  /** Fetches the points anew, as after a time without the event stream. */
  refetch(): void;
  /** To be called each second. */
  tick(): void;
  redraw(): void;
}

interface SessionOptions {
  readonly context: ChartContext;
  /** As `units=` takes them. */
  readonly units: string;
  /** Whether the beginning of the range in the address goes on with the time. */
  readonly isRolling: () => boolean;
  /** Whether what is shown could not be fetched. */
  readonly onAway: (isAway: boolean) => void;
  readonly now: () => number;
}

interface Shown {
  readonly charts: MountedCharts;
  readonly arrivedAt: number;
  fetched: FetchedLines;
  fetchedAt: number;
  drawn: TimeRange;
  /** Charts of which something has come since they were drawn. */
  readonly changed: Set<ChartData>;
  /** Something has come that only the service can make bars of. */
  isCounting: boolean;
  /** Fingers have moved it to where its address does not lead yet. */
  isPreviewed: boolean;
}

const RETRY_S = 5;

export function createSession(options: SessionOptions): Session {
  const { context, units, isRolling, onAway, now } = options;
  const first = createFirstPoints(now);
  let shown: Shown | undefined;
  let running = new AbortController();
  let retryAt = Number.POSITIVE_INFINITY;
  let retry: (() => void) | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** On the way to another address: what is here is not brought up to date any more. */
  let isLeaving = false;

  /** One thing at a time: what was begun before is of no interest any more. */
  function run(what: (signal: AbortSignal) => Promise<void>): void {
    running.abort();
    const { signal } = (running = new AbortController());
    retryAt = Number.POSITIVE_INFINITY;
    what(signal).then(
      () => onAway(false),
      (error: unknown) => {
        if (signal.aborted) return;
        // Whoever may not read any more is told so by the page itself.
        onAway(true);
        retry = () => run(what);
        retryAt = now() + RETRY_S;
        if (!(error instanceof NotAnswered) && !(error instanceof TypeError)) throw error;
      },
    );
  }

  const fetchFor = (found: FoundCharts, range: TimeRange, signal: AbortSignal): Promise<FetchedLines> =>
    fetchPoints(found.wanted, { charts: { ...found.data, ...range }, units, signal });

  function mount(found: FoundCharts, fetched: FetchedLines): void {
    const arrivedAt = now();
    const range = { from: found.data.from, to: found.data.to };
    const charts = mountCharts(found, context, { fetched, range });
    shown = {
      charts,
      arrivedAt,
      fetched,
      fetchedAt: arrivedAt,
      drawn: range,
      changed: new Set(),
      isCounting: false,
      isPreviewed: false,
    };
  }

  const rangeNow = ({ charts: { data }, arrivedAt }: Shown): TimeRange =>
    shownRange({ data, isRolling: isRolling(), elapsed: now() - arrivedAt });

  function draw(one: Shown, content: ChartContent): void {
    one.drawn = content.range;
    one.changed.clear();
    one.charts.draw(content);
  }

  function refetch(): void {
    const one = shown;
    if (one === undefined || isLeaving) return;
    one.fetchedAt = now();
    one.isCounting = false;
    run(async (signal) => {
      const fetched = await fetchFor(one.charts, rangeNow(one), signal);
      one.fetched = fetched;
      draw(one, { fetched, range: rangeNow(one) });
    });
  }

  function showNow(url: string): void {
    run(async (signal) => {
      const page = await fetchPage(url, signal);
      if (page === undefined) {
        location.assign(url);
        return;
      }
      const found = findCharts(page.charts);
      const fetched = found && (await fetchFor(found, found.data, signal));
      shown?.charts.close();
      shown = undefined;
      page.show();
      if (location.hash !== '') document.getElementById(location.hash.slice(1))?.scrollIntoView();
      isLeaving = false;
      if (found !== undefined && fetched !== undefined) mount(found, fetched);
    });
  }

  function show(url: string, delayMs = 0): void {
    clearTimeout(timer);
    running.abort();
    isLeaving = true;
    timer = setTimeout(() => showNow(url), delayMs);
  }

  return {
    start() {
      const fragment = document.getElementById('charts');
      const found = fragment === null ? undefined : findCharts(fragment);
      if (found !== undefined) run(async (signal) => mount(found, await fetchFor(found, found.data, signal)));
    },
    show,
    preview(range) {
      if (shown === undefined) return;
      shown.isPreviewed = range !== undefined;
      draw(shown, { fetched: shown.fetched, range: range ?? rangeNow(shown) });
    },
    addReadings(readings) {
      if (shown === undefined || !shown.charts.data.isCurrent) return;
      if (!isLeaving && first.areFirst(shown.charts.empty, readings, rangeNow(shown).from))
        show(location.pathname + location.search);
      const figures = shown.charts.figures.map(({ data }) => data);
      const { changed, isCounting } = addLivePoints(figures, shown.fetched, readings);
      for (const data of changed) shown.changed.add(data);
      shown.isCounting ||= isCounting;
    },
    refetch,
    tick() {
      if (now() >= retryAt) {
        retryAt = Number.POSITIVE_INFINITY;
        retry?.();
        return;
      }
      if (shown === undefined || !shown.charts.data.isCurrent || isLeaving || shown.isPreviewed) return;
      if (now() - shown.fetchedAt >= refetchAfter(shown)) refetch();
      const range = rangeNow(shown);
      const perPixel = (range.to - range.from) / Math.max(document.body.clientWidth, 1);
      const hasMoved = Math.abs(range.to - shown.drawn.to) >= perPixel;
      if (!hasMoved && shown.changed.size === 0) return;
      const { charts, fetched, changed } = shown;
      if (!hasMoved) {
        // The others would come out as they are.
        charts.update({ fetched, range }, changed);
        changed.clear();
        return;
      }
      if (isRolling()) for (const { points } of fetched.values()) dropBefore(points, range.from);
      shown.drawn = range;
      changed.clear();
      charts.update({ fetched, range });
    },
    redraw: () => shown?.charts.redraw(),
  };
}
