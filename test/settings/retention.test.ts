import { expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { formatDuration } from '../../src/telemetry/duration.ts';
import { mistakesIn } from '../support/mistakes-in.ts';

function read(env: Record<string, string>): object {
  const { retentionRaw, retentionRollups, retentionRejected, maxDatabaseBytes } = readConfig(env);
  return {
    raw: formatDuration(retentionRaw),
    rollups: formatDuration(retentionRollups),
    rejected: formatDuration(retentionRejected),
    maxDatabaseBytes,
  };
}

test('readings may go before their roll-ups, and messages that were not understood at a time of their own', () => {
  expect(read({ RETENTION_RAW: '90d' })).toMatchObject({
    raw: '90d',
    rollups: 'forever',
    rejected: 'forever',
  });
  expect(read({ RETENTION_RAW: '12mo', RETENTION_ROLLUPS: '1y', RETENTION_REJECTED: '2w' })).toMatchObject({
    raw: '12mo',
    rollups: '1y',
    rejected: '2w',
  });
});

test.each([
  [
    { RETENTION_RAW: '1y', RETENTION_ROLLUPS: '90d' },
    'RETENTION_ROLLUPS="90d": shorter than RETENTION_RAW (1y)',
  ],
  [{ RETENTION_ROLLUPS: '2y' }, 'RETENTION_ROLLUPS="2y": shorter than RETENTION_RAW (forever)'],
])('roll-ups are not kept shorter than readings: %j', (env, mistake) => {
  const mistakes = mistakesIn(env);
  expect(mistakes).toHaveLength(1);
  expect(mistakes[0]).toContain(mistake);
});

test('a time that is none is told once, with its own name', () => {
  expect(
    mistakesIn({ RETENTION_RAW: '90', RETENTION_ROLLUPS: '30d', RETENTION_REJECTED: '2 years' }),
  ).toEqual([
    'RETENTION_RAW="90": not a time such as 90d, 12w, 18mo or 2y, or forever',
    'RETENTION_REJECTED="2 years": not a time such as 90d, 12w, 18mo or 2y, or forever',
  ]);
});

test.each([
  ['100MB', 100e6],
  ['20GB', 20e9],
  ['1.5 TB', 1.5e12],
  ['64GiB', 64 * 1024 ** 3],
  ['20000000000', 20e9],
])('MAX_DATABASE_SIZE=%s is %d bytes', (text, size) => {
  expect(read({ MAX_DATABASE_SIZE: text })).toMatchObject({ maxDatabaseBytes: size });
});

test.each([
  ['20 gb', 'not a size such as 20GB'],
  ['lots', 'not a size such as 20GB'],
  ['constructor', 'not a size such as 20GB'],
  ['-1GB', 'not a size such as 20GB'],
  ['1e3GB', 'not a size such as 20GB'],
  ['99MB', 'less than 100MB'],
  ['999999999TB', 'more than any disk holds'],
])('MAX_DATABASE_SIZE=%s is refused', (text, why) => {
  expect(mistakesIn({ MAX_DATABASE_SIZE: text })).toEqual([expect.stringContaining(why)]);
});
