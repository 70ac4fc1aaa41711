import { expect, test } from 'vitest';
import { dialectOf } from '../../src/cli/import-dialect.ts';
import { importRecords, newTotals } from '../../src/cli/import-records.ts';
import type { Importer } from '../../src/storage/import-readings.ts';

const HEAD = 'station,metric,measuredAt,value\n';
const NOW = Date.UTC(2026, 10, 22) * 1000;

/** Imports into nothing; tells how many were handed over at a time. */
async function run(texts: Iterable<string>) {
  const totals = newTotals();
  const [batches, rejected]: [number[], number[][]] = [[], []];
  const importer: Importer = {
    store(readings) {
      batches.push(readings.length);
      return Promise.resolve({ stored: readings.length, duplicates: 0 });
    },
    announce: () => Promise.resolve(),
  };
  async function* eachText(): AsyncGenerator<string, void, void> {
    yield* texts;
  }
  await importRecords(eachText(), {
    importer,
    chooseDialect: (head) => dialectOf(head, undefined),
    onRejected(some) {
      rejected.push([...some.keys()].map(({ line }) => line));
      return Promise.resolve();
    },
    onProgress() {},
    now: () => NOW,
    totals,
  });
  return { totals, batches, rejected };
}

function* many(count: number, line: string): Generator<string, void, void> {
  yield HEAD;
  for (let sent = 0; sent < count; sent += 100) yield line.repeat(100);
}

test('readings are handed over in batches, however many there are', async () => {
  const { totals, batches } = await run(many(12_300, 'outside,temperature,2026-11-01T10:00:00Z,1\n'));
  expect(batches).toEqual([5000, 5000, 2300]);
  expect(totals).toMatchObject({ lines: 12_300, stored: 12_300, rejected: 0 });
});

test('so are lines that are rejected, where all of them are, in their order', async () => {
  const { totals, rejected } = await run(many(2_500, 'outside,temperature,2026-11-01T10:00:00Z,warm\n'));
  expect(rejected.map((lines) => [lines.length, lines[0], lines.at(-1)])).toEqual([
    [1000, 2, 1001],
    [1000, 1002, 2001],
    [500, 2002, 2501],
  ]);
  expect([totals.rejected, totals.reasons.get('value-not-a-number')]).toEqual([2500, 2500]);
});

test('the last line needs no end, and a file may be empty', async () => {
  const { totals } = await run([`${HEAD}outside,temperature,2026-11-01T10:00:00Z,1`]);
  expect(totals).toMatchObject({ lines: 1, stored: 1 });
  expect((await run([])).totals).toMatchObject({ lines: 0, stored: 0, rejected: 0 });
  expect((await run([HEAD])).totals).toMatchObject({ lines: 0 });
});

test('a line that is too long is rejected, and the next one stored', async () => {
  const { totals } = await run([HEAD, 'x'.repeat(200_000), '\noutside,temperature,2026-11-01T10:00:00Z,1\n']);
  expect([totals.stored, totals.rejected, totals.reasons.get('payload-too-large')]).toEqual([1, 1, 1]);
});
