import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Bench, bounded, type Claim, compare, eachRound, type Row } from './support/claim.ts';
import { end, outputUntil, runProgram, startProgram } from './support/process.ts';
import { startThermograph, type Thermograph } from './support/thermograph.ts';

const PATH = '/api/stations';
const STATIONS = 100;
const WINDOW = 20;
const CONNECTIONS = 10;
/** Between the requests of a connection while ingest runs: ten pages that are asked ten times a second each. */
const PAUSE_MS = 100;
const MAX_P99_MS = 50;

/**
 * What reaches the service as one segment: the messages of a station together, as in the rows of throughput, or each by
 * itself, as boards send them, which costs a turn of the socket each. Half of the maximum is half of what the service
 * can do with segments of that kind.
 */
const SHAPES = [
  { named: `${WINDOW} messages a segment`, messagesTogether: WINDOW, segmented: false },
  { named: 'a segment a message', messagesTogether: 1, segmented: true },
] as const;

interface Browsing {
  readonly rate: number;
  readonly p99: number;
}

/** The JSON of a hundred stations: alone beside a bare route, and while ingest is at half of what it can do. */
export const reading: Claim = {
  name: 'reading',
  async measure(bench) {
    const service = await startThermograph();
    try {
      const rows = [];
      for (const shape of SHAPES) rows.push(await whileIngestRuns(service, shape, bench));
      return [...rows, await alone(service, bench)];
    } finally {
      await service.close();
    }
  },
};

async function whileIngestRuns(
  service: Thermograph,
  { named, messagesTogether, segmented }: (typeof SHAPES)[number],
  bench: Bench,
): Promise<Row> {
  const { effort, say } = bench;
  const load = { stations: STATIONS, segmented, ...effort };
  const rounds = await eachRound(effort, async (round) => {
    const most = (await service.load({ ...load, window: WINDOW })).rate;
    const [{ p99 }, { rate }] = await Promise.all([
      browse(service.httpPort, PAUSE_MS, bench),
      service.load({ ...load, window: 0, messagesPerSecond: most / 2, messagesTogether }),
    ]);
    say(
      `reading, ${named}, round ${round}: p99 ${p99.toFixed(1)} ms ` +
        `while ${Math.round(rate)} of ${Math.round(most)} readings/s are stored`,
    );
    return { p99, share: rate / most };
  });
  const percent = `${Math.round(100 * Math.min(...rounds.map(({ share }) => share)))} %`;
  return bounded(
    { claim: `GET ${PATH}, p99 while ingest runs at ${percent} of its maximum, ${named}`, unit: 'ms' },
    rounds.map(({ p99 }) => p99),
    MAX_P99_MS,
  );
}

async function alone(service: Thermograph, bench: Bench): Promise<Row> {
  const { effort, say } = bench;
  const folder = await mkdtemp(path.join(tmpdir(), 'thermograph-bench-'));
  try {
    const reply = await fetch(`http://127.0.0.1:${service.httpPort}${PATH}`);
    const bytes = Buffer.from(await reply.arrayBuffer());
    const file = path.join(folder, 'stations.json');
    await writeFile(file, bytes);
    say(`reading: ${STATIONS} stations are ${bytes.length} bytes`);
    const rounds = await eachRound(effort, async (round) => {
      const own = (await browse(service.httpPort, 0, bench)).rate;
      const bare = (await browseBare(file, bench)).rate;
      say(`reading, round ${round}: ${Math.round(own)}/s, bare ${Math.round(bare)}/s`);
      return { own, bare };
    });
    return compare(
      {
        claim: `GET ${PATH}, alone`,
        unit: 'requests/s',
        reference: 'a bare Fastify route of the same bytes',
        goal: { atLeast: 0.5 },
      },
      rounds.map(({ own }) => own),
      rounds.map(({ bare }) => bare),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function browse(port: number, pauseMs: number, { effort }: Bench): Promise<Browsing> {
  const { seconds, warmUpSeconds } = effort;
  const options = { port, path: PATH, connections: CONNECTIONS, seconds, warmUpSeconds, pauseMs };
  return runProgram<Browsing>('browsers', options);
}

async function browseBare(file: string, bench: Bench): Promise<Browsing> {
  const server = startProgram('bare-fastify', { file });
  const said = await outputUntil(server, /http:\/\/[^:]+:(\d+)/);
  try {
    return await browse(Number(said[1]), 0, bench);
  } finally {
    await end(server);
  }
}
