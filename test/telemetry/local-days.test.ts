import { expect, test } from 'vitest';
import { createLocalDays } from '../../src/telemetry/local-days.ts';

const at = (text: string): number => Date.parse(text) * 1000;

test.each([
  ['Europe/Paris', '2026-11-22T12:00Z', '2026-11-21T23:00Z', '2026-11-22T23:00Z'],
  ['Europe/Paris', '2026-10-25T12:00Z', '2026-10-24T22:00Z', '2026-10-25T23:00Z'],
  ['America/Sao_Paulo', '2018-11-04T12:00Z', '2018-11-04T03:00Z', '2018-11-05T02:00Z'],
  ['Asia/Kolkata', '2026-11-22T20:00Z', '2026-11-22T18:30Z', '2026-11-23T18:30Z'],
])('the day of %s at %s is from %s to %s', (zone, time, start, end) => {
  const day = createLocalDays(zone).at(at(time));
  expect([day.start, day.end]).toEqual([at(start), at(end)]);
});
