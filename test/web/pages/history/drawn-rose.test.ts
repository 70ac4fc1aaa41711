import { expect, test } from 'vitest';
import { SECTORS } from '../../../../src/telemetry/wind-rose.ts';
import { drawRose } from '../../../../src/web/pages/history/drawn-rose.ts';

/** Shares of three classes by sector; none where nothing is said. */
function rose(shares: Readonly<Record<number, readonly number[]>>): ReturnType<typeof drawRose> {
  return drawRose({ sectors: Array.from({ length: SECTORS }, (_, sector) => shares[sector] ?? [0, 0, 0]) });
}

test('wind from the north is drawn upwards, from the east to the right, as far out as it is often', () => {
  const { classes, rings } = rose({ 0: [0.4, 0, 0], 4: [0.2, 0, 0] });
  const [north = '', east = ''] = classes[0]!.path.split('z');
  const corners = (path: string): number[][] =>
    [...path.matchAll(/[ML ](-?[\d.]+) (-?[\d.]+)(?=[LAz]|$)/g)].map(([, x, y]) => [Number(x), Number(y)]);
  expect(Math.min(...corners(north).map(([, y]) => y!))).toBeCloseTo(
    -100 * Math.cos((9.45 * Math.PI) / 180),
    1,
  );
  expect(Math.max(...corners(east).map(([x]) => x!))).toBeCloseTo(50 * Math.cos((9.45 * Math.PI) / 180), 1);
  expect(rings.map(({ radius, share }) => [radius, Number(share.toFixed(6))])).toEqual([
    ['25', 0.1],
    ['50', 0.2],
    ['75', 0.3],
    ['100', 0.4],
  ]);
});

test('faster wind is drawn outside of slower, and what there is none of not at all', () => {
  const { classes } = rose({ 0: [0.1, 0, 0.1] });
  expect(classes.map(({ path }) => path.match(/A[\d.]+/g))).toEqual([['A50', 'A0'], null, ['A100', 'A50']]);
});
