import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLocalDays } from '../../../../src/telemetry/local-days.ts';
import { createChartDates } from '../../../../src/web/chart-dates.ts';
import { timeTicks } from '../../../../src/web/pages/history/time-axis.ts';
import { valueAxis } from '../../../../src/web/pages/history/value-axis.ts';

function ticks(from: string, to: string, timeZone = 'Europe/Paris', locale = 'en-GB'): string[] {
  const span = { from: Date.parse(from) * 1000, to: Date.parse(to) * 1000 };
  return timeTicks(span, createLocalDays(timeZone), createChartDates(timeZone, locale)).map(
    ({ label, isMinor, isStart }) => (isMinor ? `(${label})` : isStart ? `[${label}]` : label),
  );
}

describe('times below a chart are round ones of the clock of the owner', () => {
  test.each<[string, string, string, string]>([
    ['an hour', '2026-11-29T14:02Z', '2026-11-29T15:02Z', '(15:05) 15:10 (15:15) 15:20 (15:25) 15:30'],
    ['a day', '2026-11-28T14:30Z', '2026-11-29T14:30Z', '18:00 (21:00) [29 Nov] (03:00) 06:00 (09:00) 12:00'],
    ['days', '2026-11-26T23:00Z', '2026-11-29T23:00Z', '[27 Nov] (06:00) 12:00 (18:00) [28 Nov] (06:00)'],
    ['a week', '2026-11-22T14:30Z', '2026-11-29T14:30Z', '[Mon 23] (Tue 24) Wed 25 (Thu 26) Fri 27 (Sat 28)'],
    ['a month', '2026-10-30T14:30Z', '2026-11-29T14:30Z', '[2 Nov] [9 Nov] [16 Nov] [23 Nov]'],
    ['a year', '2025-11-29T14:30Z', '2026-11-29T14:30Z', '(Dec) [2026] (Feb) (Mar) Apr (May) (Jun) Jul'],
    ['years', '2019-02-01T00:00Z', '2026-11-29T14:30Z', '2020 (2021) 2022 (2023) 2024 (2025) 2026'],
    ['centuries', '1700-02-01T00:00Z', '2026-11-29T14:30Z', '(1750) 1800 (1850) 1900 (1950) 2000'],
  ])('%s', (_name, from, to, expected) => {
    const found = ticks(from, to).join(' ');
    expect(found.slice(0, expected.length)).toBe(expected);
  });

  test('also on the days on which clocks are changed', () => {
    expect(ticks('2026-10-24T22:00Z', '2026-10-25T23:00Z').join(' ')).toBe(
      '[25 Oct] (03:00) 06:00 (09:00) 12:00 (15:00) 18:00 (21:00)',
    );
    expect(ticks('2026-03-28T23:00Z', '2026-03-29T22:00Z').join(' ')).toBe(
      '[29 Mar] (03:00) 06:00 (09:00) 12:00 (15:00) 18:00 (21:00)',
    );
    expect(ticks('2026-10-24T23:30Z', '2026-10-25T02:30Z').join(' ')).toBe(
      '(01:45) 02:00 (02:15) 02:30 (02:45) 02:00 (02:15) 02:30 (02:45) 03:00 (03:15)'.replace(/^/, '01:30 '),
    );
  });

  test('in other zones and languages', () => {
    expect(ticks('2026-11-28T18:30Z', '2026-11-29T18:30Z', 'Asia/Kolkata')[0]).toBe('[29 Nov]');
    expect(ticks('2026-11-22T14:30Z', '2026-11-29T14:30Z', 'Europe/Berlin', 'de-DE')[0]).toBe('[Mo., 23.]');
  });
});

describe('values beside a chart are round ones', () => {
  test.each([
    [2.1, 8.3, '°C', [2, 4, 6, 8, 10], 0],
    [-3.4, 1.2, '°C', [-4, -2, 0, 2], 0],
    [20.1, 20.3, '°C', [19, 19.5, 20, 20.5, 21, 21.5], 1],
    [0, 0.2, 'm/s', [0, 0.5, 1, 1.5, 2], 1],
    [1012.4, 1019.9, 'hPa', [1012, 1014, 1016, 1018, 1020], 0],
    [0, 0, null, [0, 0.25, 0.5, 0.75, 1], 2],
    [29.9, 30.02, 'inHg', [29.9, 29.95, 30, 30.05], 2],
    [1e15, 3e15, null, [1e15, 1.5e15, 2e15, 2.5e15, 3e15], 0],
  ])('from %d to %d %s', (min, max, unit, ticksThere, decimals) => {
    const axis = valueAxis(min, max, unit);
    expect(axis.ticks.map((tick) => Number(tick.toPrecision(12)))).toEqual(ticksThere);
    expect(axis.decimals).toBe(decimals);
  });

  test('whatever there is lies between bottom and top, with few lines, evenly apart', () => {
    const value = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(value, value, (one, other) => {
        const [min, max] = [Math.min(one, other), Math.max(one, other)];
        const { bottom, top, ticks: lines } = valueAxis(min, max, '°C');
        const tiny = (top - bottom) * 1e-6;
        expect(bottom).toBeLessThanOrEqual(min + tiny);
        expect(top).toBeGreaterThanOrEqual(max - tiny);
        expect(top).toBeGreaterThan(bottom);
        expect(lines.length).toBeGreaterThanOrEqual(2);
        expect(lines.length).toBeLessThanOrEqual(8);
      }),
    );
  });
});
