import { expect, test } from 'vitest';
import { withoutDoubleSlashes } from '../../../firmware-bridge/thingspeak/plugin.ts';
import { formatTimestamp, namedZone, parseTimestamp, UTC } from '../../../src/telemetry/zone.ts';

const BERLIN = namedZone('Europe/Berlin')!;

test.each([
  ['2026-01-15 12:00:00', '2026-01-15T11:00:00Z'],
  ['2026-07-15T12:00:00', '2026-07-15T10:00:00Z'],
  // Clocks go from 02:00 to 03:00 on 29 March, and from 03:00 back to 02:00 on 25 October.
  ['2026-03-29 01:59:59', '2026-03-29T00:59:59Z'],
  ['2026-03-29 03:00:00', '2026-03-29T01:00:00Z'],
  ['2026-10-25 01:30:00', '2026-10-24T23:30:00Z'],
  ['2026-10-25 03:30:00', '2026-10-25T02:30:00Z'],
  ['2026-01-15', '2026-01-14T23:00:00Z'],
  ['2026-01-15T12:00:00Z', '2026-01-15T12:00:00Z'],
  ['2026-01-15 12:00:00 UTC', '2026-01-15T12:00:00Z'],
  ['2026-01-15 12:00:00 -0500', '2026-01-15T17:00:00Z'],
  ['2026-01-15T12:00:00 02:00', '2026-01-15T10:00:00Z'],
  ['1517308000', '2018-01-30T10:26:40Z'],
])('%s in Berlin is %s', (text, utc) => {
  expect(formatTimestamp(parseTimestamp(text, BERLIN)!, UTC)).toBe(utc);
});

test.each(['', 'yesterday', '2026-02-30', '2026-01-15 25:00:00'])('%j is no time', (text) => {
  expect(parseTimestamp(text, BERLIN)).toBeUndefined();
});

test.each([
  ['//update?api_key=a//b', '/update?api_key=a//b'],
  ['/update//API_key=x/mac=y', '/update/API_key=x/mac=y'],
  ['///channels//1/feeds.json', '/channels/1/feeds.json'],
  ['//api/stations', '//api/stations'],
  ['//updates', '//updates'],
  ['/stations/a//b', '/stations/a//b'],
])('%s is looked for at %s', (url, mended) => {
  expect(withoutDoubleSlashes(url)).toBe(mended);
});
