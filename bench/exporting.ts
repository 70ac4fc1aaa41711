import { Client } from 'pg';
import { type Bench, bounded, type Claim, compare, eachRound, type Row } from './support/claim.ts';
import { fill } from './support/fill.ts';
import { startThermograph, type Thermograph } from './support/thermograph.ts';

const STATIONS = 50;
const ROWS = 100_000_000;
const QUICK_ROWS = 200_000;
const READINGS_PER_SECOND = 1_000;
const MEGABYTE = 1024 * 1024;
const MAX_MEGABYTES = 150;
const SAMPLE_MS = 100;

/** CSV of everything over HTTP: how much memory it takes, how fast it comes, and what stations wait meanwhile. */
export const exporting: Claim = {
  name: 'export',
  // A fresh service, for memory that was needed once is not always given back.
  async measure(bench) {
    const service = await startThermograph();
    try {
      const { effort, say } = bench;
      const rows = effort.isQuick ? QUICK_ROWS : ROWS;
      await fill(service, { rows, stations: STATIONS }, (done) => say(`export: ${done}`));
      return [...(await ofEverything(service, bench)), await whileIngestRuns(service, bench)];
    } finally {
      await service.close();
    }
  },
};

async function ofEverything(service: Thermograph, { effort, say }: Bench): Promise<readonly Row[]> {
  const database = new Client(service.connection);
  await database.connect();
  // Once, for it takes minutes.
  const rounds = await eachRound({ ...effort, rounds: 1 }, async (round) => {
    const { megabytes, rate, readings } = await exportOnce(service);
    const startedAt = performance.now();
    await database.query("COPY (SELECT * FROM readings_view) TO '/dev/null' (FORMAT csv)");
    const copied = readings / ((performance.now() - startedAt) / 1000);
    say(
      `export, round ${round}: ${Math.round(megabytes)} MB, ${Math.round(rate)}/s; COPY ${Math.round(copied)}/s`,
    );
    return { megabytes, rate, readings, copied };
  });
  await database.end();
  const what = `export of ${(rounds[0]!.readings / 1e6).toFixed(1)} million readings as CSV`;
  return [
    bounded(
      { claim: `resident memory, ${what}`, unit: 'MB' },
      rounds.map(({ megabytes }) => megabytes),
      MAX_MEGABYTES,
    ),
    compare(
      { claim: what, unit: 'readings/s', reference: 'COPY of readings_view to /dev/null', goal: undefined },
      rounds.map(({ rate }) => rate),
      rounds.map(({ copied }) => copied),
    ),
  ];
}

/** Exports are made again and again for as long as the load takes. */
async function whileIngestRuns(service: Thermograph, { effort, say }: Bench): Promise<Row> {
  const paced = { stations: STATIONS, window: 0, messagesPerSecond: READINGS_PER_SECOND, ...effort };
  const p99 = async (): Promise<number> => (await service.load(paced)).latency?.p99 ?? Number.NaN;
  const rounds = await eachRound(effort, async (round) => {
    await service.checkpoint();
    const alone = await p99();
    const over = new AbortController();
    const exports = exportUntil(service, over.signal);
    const beside = await p99();
    over.abort();
    await exports;
    say(`export, round ${round}: p99 ${beside.toFixed(1)} ms while one runs, else ${alone.toFixed(1)} ms`);
    return { alone, beside };
  });
  return compare(
    {
      claim: `publish to PUBACK at ${READINGS_PER_SECOND} readings/s while an export runs, p99`,
      unit: 'ms',
      reference: 'without one',
      goal: undefined,
    },
    rounds.map(({ beside }) => beside),
    rounds.map(({ alone }) => alone),
  );
}

async function exportUntil(service: Thermograph, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await exportOnce(service, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}

async function exportOnce(
  service: Thermograph,
  signal?: AbortSignal,
): Promise<{ readonly megabytes: number; readonly rate: number; readonly readings: number }> {
  let most = 0;
  const timer = setInterval(() => (most = Math.max(most, service.residentBytes())), SAMPLE_MS);
  try {
    const startedAt = performance.now();
    const response = await fetch(`http://127.0.0.1:${service.httpPort}/api/export`, {
      headers: { 'accept-encoding': 'identity' },
      ...(signal && { signal }),
    });
    let lines = 0;
    for await (const bytes of response.body ?? []) lines += countLineEnds(bytes);
    const readings = lines - 1;
    const seconds = (performance.now() - startedAt) / 1000;
    return { megabytes: most / MEGABYTE, rate: readings / seconds, readings };
  } finally {
    clearInterval(timer);
  }
}

function countLineEnds(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) count += 1;
  return count;
}
