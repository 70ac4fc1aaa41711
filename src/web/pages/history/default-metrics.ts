import type { StationSnapshot } from '../../../telemetry/station.ts';
import { inOrder } from '../metric-order.ts';

const MOST = 6;

/** The charts of a station for which nobody has chosen any, in their order. */
export function defaultMetrics(snapshot: Pick<StationSnapshot, 'latest' | 'displays'>): readonly string[] {
  return inOrder(snapshot, snapshot.latest)
    .slice(0, MOST)
    .map(({ metric }) => metric);
}
