import type { FetchedLines } from './fetch-points.ts';

const LEAST_S = 10;
const RAW_S = 60;
const MOST_S = 600;

interface Fetched {
  readonly fetched: FetchedLines;
  /** Something has come that only the service can make bars of. */
  readonly isCounting: boolean;
}

/** How many seconds points last: a bucket that has ended is fetched as the service knows it. */
export function refetchAfter({ fetched, isCounting }: Fetched): number {
  if (isCounting) return LEAST_S;
  const seconds = Math.min(...[...fetched.values()].map(({ width }) => width.seconds || RAW_S));
  return Math.min(Math.max(seconds, LEAST_S), MOST_S);
}
