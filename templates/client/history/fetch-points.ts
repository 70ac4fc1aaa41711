// Fetches what the lines of a page are drawn of.

import type { ChartsData, LineData } from '../../../src/web/pages/history/chart-data.ts';
import { inUnit } from '../in-unit.ts';
import type { Line } from './align.ts';
import { planRequests, type WantedLine } from './plan-requests.ts';
import { addColumns, addRises, newPoints, type PointWidth, type SeriesColumns } from './points.ts';

/** What `/api/history` answers. */
interface HistoryReply {
  readonly every: string;
  readonly everySeconds: number;
  readonly t: readonly number[];
  readonly series: readonly {
    readonly station: string;
    readonly metric: string;
    readonly unit: string | null;
    readonly columns: SeriesColumns;
  }[];
}

/** The service has not answered with what was asked for. */
export class NotAnswered extends Error {
  /** 0: it can't be reached. */
  readonly status: number;

  constructor(status: number) {
    super(`answered with ${status}`);
    this.name = 'NotAnswered';
    this.status = status;
  }
}

export type FetchedLines = ReadonlyMap<LineData, Line>;

interface FetchOptions {
  readonly charts: Pick<ChartsData, 'from' | 'to' | 'isOpen'>;
  readonly units: string;
  readonly signal: AbortSignal;
}

const RAW: PointWidth = { every: 'raw', seconds: 0 };

/** Before anything is known of it. */
export function emptyLine(isBar: boolean): Line {
  return { points: newPoints(), width: RAW, isBand: false, isBar };
}

/** @throws NotAnswered; an AbortError once the signal is given */
export async function fetchPoints(
  wanted: readonly WantedLine[],
  options: FetchOptions,
): Promise<FetchedLines> {
  const requests = planRequests(wanted, options);
  const replies = await Promise.all(requests.map(({ url }) => fetchReply(url, options.signal)));
  const fetched = new Map(wanted.map(({ line, shape }) => [line, emptyLine(shape === 'bars')]));
  for (const [index, reply] of replies.entries()) {
    const bySeries = new Map(reply.series.map((one) => [`${one.station}:${one.metric}`, one]));
    const width = { every: reply.every, seconds: reply.everySeconds };
    for (const { line, shape, unit, series, offset } of requests[index]?.parts ?? []) {
      const answered = bySeries.get(series);
      const known = fetched.get(line);
      if (answered === undefined || known === undefined) continue;
      const add = known.isBar ? addRises : addColumns;
      add(known.points, reply.t, columnsIn(unit, answered), offset);
      const isBand = shape === 'lines' && line.kind === 'main' && width.seconds > 0;
      fetched.set(line, { ...known, width, isBand });
    }
  }
  return fetched;
}

function columnsIn(
  unit: string | null,
  { unit: sent, columns }: Pick<HistoryReply['series'][number], 'unit' | 'columns'>,
): SeriesColumns {
  if (sent === unit) return columns;
  const shown = (value: number | null): number | null =>
    value === null ? null : (inUnit(value, sent, unit) ?? value);
  const { count, min, avg, max, rise } = columns;
  return {
    count,
    min: min.map(shown),
    avg: avg.map(shown),
    max: max.map(shown),
    ...(rise && { rise: rise.map(shown) }),
  };
}

async function fetchReply(url: string, signal: AbortSignal): Promise<HistoryReply> {
  const response = await fetch(url, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw new NotAnswered(error instanceof TypeError ? 0 : -1);
  });
  if (!response.ok) throw new NotAnswered(response.status);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own service's words
  return (await response.json()) as HistoryReply;
}
