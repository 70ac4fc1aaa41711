import { expect, test } from 'vitest';
import type { StationSnapshot } from '../../src/telemetry/station.ts';
import { IMPERIAL, type UnitSystem } from '../../src/telemetry/unit-system.ts';
import { createStationsJson } from '../../src/web/stations-json.ts';

function snapshot(station: string, value: number): StationSnapshot {
  const latest = [{ metric: 'temperature', value, unit: '°C', measuredAt: 1_000_000, receivedAt: 2_000_000 }];
  return {
    station,
    title: station,
    group: null,
    position: null,
    online: true,
    lastSeenAt: 2_000_000,
    latest,
    displays: new Map(),
  };
}

test('the text follows the snapshots, in each system of units', () => {
  const write = createStationsJson();
  const value = (snapshots: readonly StationSnapshot[], units?: UnitSystem): unknown[] =>
    (
      JSON.parse(write(snapshots, units).toString()) as { stations: { latest: { value: number }[] }[] }
    ).stations.map(({ latest }) => latest[0]!.value);
  const [a, b] = [snapshot('a', 10), snapshot('b', 20)];
  const both = [a, b];
  expect(value(both)).toEqual([10, 20]);
  expect(value(both, IMPERIAL)).toEqual([50, 68]);
  expect(value(both)).toEqual([10, 20]);
  expect(value([a, snapshot('b', 30)])).toEqual([10, 30]);
  expect(value([a, snapshot('b', 30)], IMPERIAL)).toEqual([50, 86]);
  expect(value([])).toEqual([]);
});
