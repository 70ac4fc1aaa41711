import { expect, test } from 'vitest';
import { bucketWidthNamed } from '../../src/telemetry/bucket-width.ts';
import { createLocalDays } from '../../src/telemetry/local-days.ts';
import { historyCsv } from '../../src/web/history-csv.ts';
import { seriesHistoryJson, type ShownHistory } from '../../src/web/history-reply.ts';

const SERIES = 20;
const HISTORY: ShownHistory = {
  shown: { from: 0, to: 5_000_000 },
  width: bucketWidthNamed('1s')!,
  timeZone: 'UTC',
  days: createLocalDays('UTC'),
  series: Array.from({ length: SERIES }, (_, index) => ({
    station: `s${index}`,
    metric: 'temperature',
    unit: '°C',
    kind: 'plain',
    buckets: [{ time: 1_000_000, count: 2, min: index, avg: index + 0.5, max: index + 1 }],
  })),
};

/** How often others have their turn while something is written. */
async function countTurns(write: () => Promise<string>): Promise<number> {
  let turns = 0;
  let isWritten = false;
  const count = (): void => {
    if (isWritten) return;
    turns += 1;
    setImmediate(count);
  };
  setImmediate(count);
  await write();
  isWritten = true;
  return turns;
}

test('others have their turns while a history of many series is written', async () => {
  expect(await countTurns(() => seriesHistoryJson(HISTORY, 'rows'))).toBeGreaterThanOrEqual(SERIES);
  expect(await countTurns(() => historyCsv(HISTORY.series))).toBeGreaterThanOrEqual(SERIES);
});

test('what is written series by series is one document', async () => {
  const { from, every, series, ...rest } = JSON.parse(await seriesHistoryJson(HISTORY, 'rows'));
  expect([from, every, Object.keys(rest)]).toEqual([
    '1970-01-01T00:00:00.000Z',
    '1s',
    ['to', 'everySeconds', 'timeZone'],
  ]);
  expect(series).toHaveLength(SERIES);
  expect(series[7]).toEqual({
    station: 's7',
    metric: 'temperature',
    unit: '°C',
    kind: 'plain',
    buckets: [{ time: '1970-01-01T00:00:01.000Z', count: 2, min: 7, avg: 7.5, max: 8 }],
  });
  const lines = (await historyCsv(HISTORY.series)).split('\r\n');
  expect([lines.length, lines[1], lines.at(-1)]).toEqual([
    SERIES + 2,
    's0,temperature,°C,1970-01-01T00:00:01.000Z,2,0,0.5,1,',
    '',
  ]);
});
