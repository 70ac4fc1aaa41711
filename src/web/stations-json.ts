import type { Static } from 'typebox';
import { formatMicros } from '../telemetry/format-time.ts';
import type { StationSnapshot } from '../telemetry/station.ts';
import type { UnitSystem } from '../telemetry/unit-system.ts';
import { showValue } from './display-units.ts';
import type { stationReply } from './schemas.ts';

/** The reply of `/api/stations`, as JSON in UTF-8. */
export type StationsJson = (snapshots: readonly StationSnapshot[], units: UnitSystem | undefined) => Buffer;

/**
 * Remembers the text of each station for as long as its snapshot lasts, and that of all of them for as long as none has
 * changed: many pages ask for the same over and over, and while readings come in, few stations change between two
 * of them.
 */
export function createStationsJson(): StationsJson {
  const bySystem = new Map<UnitSystem | undefined, StationsJson>();
  return (snapshots, units) => {
    let write = bySystem.get(units);
    if (write === undefined) bySystem.set(units, (write = rememberTexts()));
    return write(snapshots, units);
  };
}

function rememberTexts(): StationsJson {
  const texts = new WeakMap<StationSnapshot, string>();
  let last: { readonly snapshots: readonly StationSnapshot[]; readonly json: Buffer } | undefined;
  return (snapshots, units) => {
    if (last?.snapshots === snapshots) return last.json;
    const json = Buffer.from(`{"stations":[${snapshots.map((snapshot) => textOf(snapshot)).join(',')}]}`);
    last = { snapshots, json };
    return json;

    function textOf(snapshot: StationSnapshot): string {
      let known = texts.get(snapshot);
      if (known === undefined) texts.set(snapshot, (known = JSON.stringify(toStationReply(snapshot, units))));
      return known;
    }
  };
}

export function toStationReply(
  snapshot: StationSnapshot,
  units: UnitSystem | undefined,
): Static<typeof stationReply> {
  return {
    station: snapshot.station,
    title: snapshot.title,
    online: snapshot.online,
    lastSeenAt: snapshot.lastSeenAt === null ? null : formatMicros(snapshot.lastSeenAt),
    latest: snapshot.latest.map(({ metric, value, unit, measuredAt }) => ({
      metric,
      ...titleOf(snapshot, metric),
      ...showValue(value, unit, units),
      measuredAt: formatMicros(measuredAt),
    })),
  };
}

function titleOf({ displays }: StationSnapshot, metric: string): { title?: string } {
  const title = displays.get(metric)?.title ?? null;
  return title === null ? {} : { title };
}
