import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classStartsIn, SECTOR_DEGREES, sectorOf, SECTORS, windRose } from '../../src/telemetry/wind-rose.ts';
import { findWind } from '../../src/telemetry/wind-series.ts';

test('every direction, of any turn, is of the nearest sector', () => {
  expect([0, 11.2, 11.3, 348.7, 348.8, 360, -90].map(sectorOf)).toEqual([0, 0, 1, 15, 0, 0, 12]);
  fc.assert(
    fc.property(fc.double({ min: -1000, max: 1000, noNaN: true }), (degrees) => {
      const off = Math.abs(degrees - sectorOf(degrees) * SECTOR_DEGREES) % 360;
      expect(Math.min(off, 360 - off)).toBeLessThanOrEqual(SECTOR_DEGREES / 2 + 1e-9);
    }),
  );
});

describe('a wind rose', () => {
  test('has shares of time by sector and class', () => {
    const rose = windRose([
      { sector: null, speedClass: -1, count: 3 },
      { sector: null, speedClass: 0, count: 1 },
      { sector: 4, speedClass: 2, count: 4 },
      { sector: 4, speedClass: 5, count: 2 },
    ]);
    expect(rose).toMatchObject({ count: 10, calm: 0.3, variable: 0.1 });
    expect(rose.sectors[4]).toEqual([0, 0, 0.4, 0, 0, 0.2]);
    expect(rose.sectors[5]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test('of nothing has shares of nothing', () => {
    const rose = windRose([]);
    expect(rose).toMatchObject({ count: 0, calm: 0, variable: 0 });
    expect(new Set(rose.sectors.flat())).toEqual(new Set([0]));
  });

  test('is whole', () => {
    const cell = fc.record({
      sector: fc.option(fc.nat(SECTORS - 1)),
      speedClass: fc.integer({ min: -1, max: 5 }),
      count: fc.integer({ min: 1, max: 1000 }),
    });
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1 }), (cells) => {
        const { calm, variable, sectors } = windRose(cells);
        expect(sectors.flat().reduce((sum, share) => sum + share, calm + variable)).toBeCloseTo(1, 9);
      }),
    );
  });
});

test.each([
  ['m/s', [0.3, 1.6, 3.4, 5.5, 8, 10.8]],
  [null, [0.3, 1.6, 3.4, 5.5, 8, 10.8]],
  ['km/h', [1.08, 5.76, 12.24, 19.8, 28.8, 38.88]],
])('classes in %s begin where those of Beaufort do', (unit, starts) => {
  expect(classStartsIn(unit)).toEqual(starts);
});

describe('the wind of a station', () => {
  const metrics = (...names: [string, string | null][]) => names.map(([metric, unit]) => ({ metric, unit }));

  test('is what its plain names say, and not that of gusts', () => {
    const found = findWind(
      metrics(
        ['wind_dir', '°'],
        ['wind_dir_avg10m', '°'],
        ['wind_gust', 'm/s'],
        ['wind_avg', 'm/s'],
        ['wind_speed', 'mph'],
        ['wind_gust_dir', '°'],
      ),
    );
    expect([found?.direction.metric, found?.speed.metric]).toEqual(['wind_dir', 'wind_speed']);
  });

  test('may go by other names', () => {
    const found = findWind(metrics(['winddirection', null], ['wind_avg', 'km/h'], ['wind_chill', '°C']));
    expect([found?.direction.metric, found?.speed.metric]).toEqual(['winddirection', 'wind_avg']);
  });

  test.each([
    [metrics(['wind_dir', '°'])],
    [metrics(['wind_speed', 'm/s'])],
    [metrics(['wind_dir', '°'], ['wind_gust', 'm/s'])],
    [[]],
  ])('is none of %j', (all) => {
    expect(findWind(all)).toBeUndefined();
  });
});
