import { expect, test } from 'vitest';
import { createDoubleHour } from '../../src/web/double-hour.ts';

test.each([
  ['Europe/Paris', '2026-10-24T23:59:59Z', ''],
  ['Europe/Paris', '2026-10-25T00:00:00Z', ' GMT+2'],
  ['Europe/Paris', '2026-10-25T00:59:59Z', ' GMT+2'],
  ['Europe/Paris', '2026-10-25T01:00:00Z', ' GMT+1'],
  ['Europe/Paris', '2026-10-25T01:59:59Z', ' GMT+1'],
  ['Europe/Paris', '2026-10-25T02:00:00Z', ''],
  ['Europe/Paris', '2026-03-29T00:59:59Z', ''],
  ['Europe/Paris', '2026-03-29T01:00:00Z', ''],
  // By half an hour.
  ['Australia/Lord_Howe', '2026-04-04T14:29:59Z', ''],
  ['Australia/Lord_Howe', '2026-04-04T14:30:00Z', ' GMT+11'],
  ['Australia/Lord_Howe', '2026-04-04T15:29:59Z', ' GMT+10:30'],
  ['Australia/Lord_Howe', '2026-04-04T15:30:00Z', ''],
  ['America/New_York', '2026-11-01T05:30:00Z', ' GMT-4'],
  ['Asia/Kolkata', '2026-10-25T01:00:00Z', ''],
  ['UTC', '2026-10-25T01:00:00Z', ''],
])('in %s the clock at %s is told apart by "%s"', (timeZone, at, side) => {
  expect(createDoubleHour(timeZone, 'en-GB')(Date.parse(at) * 1000)).toBe(side);
});
