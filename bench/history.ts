import { Pool } from 'pg';
import { readHistory } from '../src/storage/history/read-history.ts';
import { formatMicros } from '../src/telemetry/format-time.ts';
import { createLocalDays } from '../src/telemetry/local-days.ts';
import { formatCursor } from '../src/web/cursor.ts';
import { type Bench, bounded, type Claim, compare, eachRound, median, type Row } from './support/claim.ts';
import { percentile } from './support/percentile.ts';
import { createQuestioner, type Questioner, shuffled } from './support/questions.ts';
import { startThermograph, type Thermograph } from './support/thermograph.ts';
import { type Filled, fillYears, lengthOf, requireSpace, sizeOnDisk } from './support/years.ts';

const TIME_ZONE = 'Europe/Paris';
const DAY_MS = 86_400_000;
const MAX_P95_MS = 50;
const QUESTIONS = { thorough: 200, quick: 20 } as const;
const RAW_QUESTIONS = { thorough: 10, quick: 2 } as const;
const PAGE = 2;

/** Any range of years of readings, a page anywhere in them, and what they take on the disk. */
export const history: Claim = {
  name: 'history',
  async measure(bench) {
    const { isQuick, series, years } = bench.effort;
    const wanted = { series, years, everySeconds: isQuick ? 1800 : 60, timeZone: TIME_ZONE };
    await requireSpace(wanted);
    const service = await startThermograph({ TIME_ZONE });
    try {
      const filled = await fillYears(service.connection, wanted, bench.say);
      const ask = createQuestioner(service.httpPort, filled);
      const of = `${series} series of ${years} years, ${(filled.readings / 1e6).toFixed(1)} million readings`;
      return [
        ...(await ranges(ask, lengthOf(wanted), of, bench)),
        ...(await besideReadings(service, filled, ask, bench)),
        await pages(filled, ask, bench),
        ...(await onDisk(service, filled)),
      ];
    } finally {
      await service.close();
    }
  },
};

async function ranges(ask: Questioner, longest: number, of: string, bench: Bench): Promise<readonly Row[]> {
  const { effort, say } = bench;
  const kinds = [
    { named: 'a day', length: DAY_MS },
    { named: '30 days', length: 30 * DAY_MS },
    { named: 'a year', length: 365 * DAY_MS },
    { named: 'all of it', length: longest },
  ].filter(({ length }) => length <= longest);
  const count = effort.isQuick ? QUESTIONS.quick : QUESTIONS.thorough;
  const rounds = await eachRound(effort, async (round) => {
    // By turns, so that what else the machine does falls on all of them alike.
    const questions = shuffled(kinds.flatMap((kind) => Array.from({ length: count }, () => kind)));
    const times = new Map(kinds.map(({ named }) => [named, [] as number[]]));
    for (const { named, length } of questions) times.get(named)!.push(await ask.history(length));
    for (const [named, ms] of times) {
      say(`history, ${named}, round ${round}: p50 ${median(ms).toFixed(1)} ms, p95 ${p95(ms).toFixed(1)} ms`);
    }
    return times;
  });
  const each = (named: string, figure: (ms: readonly number[]) => number): number[] =>
    rounds.map((times) => figure(times.get(named)!));
  return [
    ...kinds.map(({ named }) =>
      bounded(
        { claim: `history of ${named} at 500 points, p95: ${of}`, unit: 'ms' },
        each(named, p95),
        MAX_P95_MS,
      ),
    ),
    compare(
      {
        claim: `history of all ${of}, median`,
        unit: 'ms',
        reference: 'history of a day, median',
        goal: { atMost: 3 },
      },
      each('all of it', median),
      each('a day', median),
    ),
  ];
}

function p95(ms: readonly number[]): number {
  return percentile(ms, 0.95);
}

/** What a client would do who has nothing but the table. */
const GROUP_READINGS = `
  SELECT date_bin('1 day', measured_at, 'epoch') AS time, count(*)::float8, min(value), avg(value), max(value) FROM readings
  WHERE series_id = $1 AND measured_at >= $2 AND measured_at < $3 GROUP BY 1 ORDER BY 1`;

/** The same question of all: over HTTP from question to answer, and by what the service says to the database for it. */
async function besideReadings(
  { connection }: Thermograph,
  filled: Filled,
  ask: Questioner,
  { effort, say }: Bench,
): Promise<readonly Row[]> {
  const length = Math.min(365 * DAY_MS, filled.to - filled.from);
  const count = effort.isQuick ? RAW_QUESTIONS.quick : RAW_QUESTIONS.thorough;
  const pool = new Pool({ ...connection, max: 1 });
  const days = createLocalDays(TIME_ZONE);
  const rounds = await eachRound(effort, async (round) => {
    const raw: number[] = [];
    const rolled: number[] = [];
    const statements: number[] = [];
    for (let question = 0; question < count; question += 1) {
      const { seriesId, from, to } = ask.pick(length);
      raw.push(await timed(() => pool.query(GROUP_READINGS, [seriesId, new Date(from), new Date(to)])));
      rolled.push(await ask.history(length));
      const asked = { from: from * 1000, to: to * 1000 };
      const wanted = { seriesIds: [seriesId], asked, width: { points: 500 }, timeZone: TIME_ZONE, days };
      statements.push(await timed(() => readHistory(pool, wanted)));
    }
    const [ofReadings, overHttp, inSql] = [raw, rolled, statements].map(median);
    say(
      `history, a year, round ${round}: ${overHttp!.toFixed(1)} ms, in SQL ${inSql!.toFixed(1)} ms, of readings ${ofReadings!.toFixed(0)} ms`,
    );
    return { raw: ofReadings!, rolled: overHttp!, statements: inSql! };
  });
  await pool.end();
  const claim = 'the same of a year with date_bin over its readings, in SQL, median';
  const goal = { atLeast: 100 };
  const raw = rounds.map((round) => round.raw);
  return [
    compare(
      { claim, unit: 'ms', reference: 'history of a year at 500 points, over HTTP, median', goal },
      raw,
      rounds.map(({ rolled }) => rolled),
    ),
    compare(
      { claim, unit: 'ms', reference: 'the statements of such a history, median', goal },
      raw,
      rounds.map(({ statements }) => statements),
    ),
  ];
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
}

async function pages(filled: Filled, ask: Questioner, { effort, say }: Bench): Promise<Row> {
  const readings = filled.readings / filled.seriesIds.length;
  const number = Math.min(1_000_000, Math.floor(readings / PAGE) - 1);
  const step = (filled.to - filled.from) / readings;
  const after = (filled.from + ((number - 1) * PAGE - 1) * step) * 1000;
  const count = effort.isQuick ? QUESTIONS.quick : QUESTIONS.thorough;
  const rounds = await eachRound(effort, async (round) => {
    const first: number[] = [];
    const deep: number[] = [];
    for (let question = 0; question < count; question += 1) {
      const { station, seriesId } = ask.pick(0);
      const path = `/api/stations/${station}/readings?order=asc&limit=${PAGE}`;
      const cursor = formatCursor({ seriesId, order: 'asc' }, { measuredAt: after, value: 1e6 });
      first.push(await ask.path(path));
      deep.push(await ask.path(`${path}&cursor=${cursor}`));
    }
    say(
      `history, pages, round ${round}: first ${median(first).toFixed(1)} ms, ${formatMicros(after)} ${median(deep).toFixed(1)} ms`,
    );
    return { first: median(first), deep: median(deep) };
  });
  return compare(
    {
      claim: `page ${number.toLocaleString('en-GB')} of a series' readings, ${PAGE} a page, median`,
      unit: 'ms',
      reference: 'its first page, median',
      goal: { atMost: 1.2 },
    },
    rounds.map(({ deep }) => deep),
    rounds.map(({ first }) => first),
  );
}

async function onDisk({ connection }: Thermograph, filled: Filled): Promise<readonly Row[]> {
  const { bytesPerReading, rolledUpBytesPerReading } = await sizeOnDisk(connection, filled);
  const reference = 'its series, two times and value';
  return [
    compare(
      {
        claim: 'on the disk, a reading with its entry in the index',
        unit: 'bytes',
        reference,
        goal: undefined,
      },
      [bytesPerReading],
      [28],
    ),
    compare(
      { claim: 'on the disk, roll-ups for each reading', unit: 'bytes', reference, goal: undefined },
      [rolledUpBytesPerReading],
      [28],
    ),
  ];
}
