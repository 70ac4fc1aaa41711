import { expect, test } from 'vitest';
import { assumeZone } from '../../src/telemetry/assume-zone.ts';
import { namedZone } from '../../src/telemetry/zone.ts';

const PARIS = namedZone('Europe/Paris')!;

function assumed(text: string): string {
  return Buffer.from(assumeZone(Buffer.from(text), PARIS)).toString();
}

test.each([
  ['{"value":1,"time":"2026-07-01T12:00:00"}', '{"value":1,"time":"2026-07-01T10:00:00.000Z"}'],
  ['{"value":1,"time":"2026-01-01 12:00"}', '{"value":1,"time":"2026-01-01T11:00:00.000Z"}'],
  // The day on which clocks are set forward.
  ['{"value":1,"time":"2026-03-29T03:30:00"}', '{"value":1,"time":"2026-03-29T01:30:00.000Z"}'],
  [
    '[{"value":1,"time":"2026-07-01T12:00:00"},{"value":2,"time":"2026-07-01T12:00:00Z"},3]',
    '[{"value":1,"time":"2026-07-01T10:00:00.000Z"},{"value":2,"time":"2026-07-01T12:00:00Z"},3]',
  ],
])('in Paris %s is %s', (payload, expected) => {
  expect(assumed(payload)).toBe(expected);
});

test.each([
  '21.5',
  '{"value": 1, "time": 1795305600}',
  '{"value":1, "time":"soon"}',
  '{"value":',
  '"2026-07-01T12:00:00"',
  'null',
])('%s stays as it is', (payload) => {
  expect(assumed(payload)).toBe(payload);
});

test('bytes that are no text stay as they are', () => {
  const payload = Uint8Array.of(0xff, 0x00);
  expect(assumeZone(payload, PARIS)).toBe(payload);
});
