import { expect, test } from 'vitest';
import { deriveReadings } from '../../src/telemetry/derive.ts';

const part = (metric: string, value: number, unit: string | null, measuredAt = 1000) => ({
  metric,
  value,
  unit,
  measuredAt,
});
const values = (latest: Parameters<typeof deriveReadings>[0]): Record<string, number> =>
  Object.fromEntries(
    deriveReadings(latest, 100).map(({ metric, value }) => [metric, Math.round(value * 10) / 10]),
  );

test('what follows from readings follows from them in any unit', () => {
  expect(values([part('temperature', 20, '°C'), part('humidity', 50, '%')])).toEqual({
    feels_like: 20,
    dew_point: 9.3,
  });
  expect(values([part('temperature', 68, '°F'), part('humidity', 50, '%')])).toEqual({
    feels_like: 20,
    dew_point: 9.3,
  });
  const wind = [part('temperature', 0, '°C'), part('wind_speed', 36, 'km/h')];
  expect(values(wind)).toEqual({ feels_like: -7 });
});

test('what is not measured, not near in time, or sent by the station itself does not follow', () => {
  expect(values([part('temperature', 20, '°C')])).toEqual({});
  expect(values([part('humidity', 50, '%')])).toEqual({});
  expect(values([part('temperature', 20, '°C'), part('humidity', 50, '%', 1101)])).toEqual({});
  expect(values([part('temperature', 20, null), part('humidity', 50, '%')])).toEqual({});
  const own = part('dew_point', 9, '°C');
  expect(values([part('temperature', 20, '°C'), part('humidity', 50, '%'), own])).toEqual({ feels_like: 20 });
});

test('it is as old as the oldest that it rests on', () => {
  const [feels, dew] = deriveReadings([part('temperature', 30, '°C'), part('humidity', 50, '%', 950)], 100);
  expect([feels?.measuredAt, dew?.measuredAt]).toEqual([950, 950]);
});
