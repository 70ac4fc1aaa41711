import { expect, test } from 'vitest';
import { formatDuration, parseDuration } from '../../src/telemetry/duration.ts';
import {
  findContradiction,
  type RetentionPolicy,
  resolveRetention,
} from '../../src/telemetry/retention-policy.ts';

const SETTINGS = { raw: parseDuration('1y')!, rollups: parseDuration('10y')! };

function policy(
  station: string | null,
  metric: string | null,
  raw?: string,
  rollups?: string,
): RetentionPolicy {
  const read = (text: string | undefined) => (text === undefined ? null : parseDuration(text)!);
  return { station, metric, raw: read(raw), rollups: read(rollups) };
}

const POLICIES = [
  policy(null, 'rssi', '30d', '90d'),
  policy('shed', null, '60d'),
  policy('shed', 'rssi', undefined, 'forever'),
  policy('attic', 'rssi', '10d'),
];

test.each([
  ['outside', 'temperature', '1y', '10y'],
  ['outside', 'rssi', '30d', '90d'],
  ['shed', 'temperature', '60d', '10y'],
  ['shed', 'rssi', '60d', 'forever'],
  ['attic', 'rssi', '10d', '90d'],
])('the most specific policy wins, each part for itself: %s %s', (station, metric, raw, rollups) => {
  const found = resolveRetention(POLICIES, SETTINGS)(station, metric);
  expect([formatDuration(found.raw), formatDuration(found.rollups)]).toEqual([raw, rollups]);
});

test('a policy of everything stands before the settings, and behind all others', () => {
  const resolve = resolveRetention([...POLICIES, policy(null, null, 'forever', 'forever')], SETTINGS);
  expect(resolve('outside', 'temperature')).toEqual({ raw: 'forever', rollups: 'forever' });
  expect(resolve('outside', 'rssi')).toEqual({ raw: parseDuration('30d'), rollups: parseDuration('90d') });
});

test('roll-ups stay as long as their readings, and where they would not is found', () => {
  const longer = [policy('outside', null, 'forever')];
  expect(resolveRetention(longer, SETTINGS)('outside', 'rssi')).toEqual({
    raw: 'forever',
    rollups: 'forever',
  });
  expect(findContradiction(longer, SETTINGS)).toMatchObject({
    station: 'outside',
    metric: '*',
    raw: 'forever',
  });
  // Of two policies that are none by themselves.
  const together = [policy('outside', null, '5y'), policy(null, 'rssi', undefined, '2y')];
  expect(findContradiction(together, SETTINGS)).toMatchObject({ station: 'outside', metric: 'rssi' });
  expect(findContradiction(POLICIES, SETTINGS)).toBeUndefined();
  expect(findContradiction([], SETTINGS)).toBeUndefined();
});
