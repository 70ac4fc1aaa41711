// Which stretch of time charts show: one that ends now goes on with the time.

import type { ChartsData } from '../../../src/web/pages/history/chart-data.ts';
import type { TimeRange } from './chart-context.ts';

interface RangeOptions {
  readonly data: Pick<ChartsData, 'from' | 'to' | 'isOpen'>;
  /** Whether its beginning goes on, too. */
  readonly isRolling: boolean;
  /** Seconds since the service has said what the range is. */
  readonly elapsed: number;
}

export function shownRange({ data: { from, to, isOpen }, isRolling, elapsed }: RangeOptions): TimeRange {
  if (!isOpen) return { from, to };
  return { from: isRolling ? from + elapsed : from, to: to + elapsed };
}
