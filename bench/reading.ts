import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Bench, bounded, type Claim, compare, eachRound } from './support/claim.ts';
import { end, outputUntil, runProgram, startProgram } from './support/process.ts';
import { startThermograph } from './support/thermograph.ts';

const PATH = '/api/stations';
const STATIONS = 100;
const WINDOW = 20;
const CONNECTIONS = 10;
/** Between the requests of a connection while ingest runs: ten pages that are asked ten times a second each. */
const PAUSE_MS = 100;
const MAX_P99_MS = 50;

interface Browsing {
  readonly rate: number;
  readonly p99: number;
}

/** The JSON of a hundred stations: alone beside a bare route, and while ingest is at half of what it can do. */
export const reading: Claim = {
  name: 'reading',
  async measure(bench) {
    const { effort, say } = bench;
    const service = await startThermograph();
    const folder = await mkdtemp(path.join(tmpdir(), 'thermograph-bench-'));
    try {
      const most = (await service.load({ stations: STATIONS, window: WINDOW, ...effort })).rate;
      const bytes = Buffer.from(
        await (await fetch(`http://127.0.0.1:${service.httpPort}${PATH}`)).arrayBuffer(),
      );
      const file = path.join(folder, 'stations.json');
      await writeFile(file, bytes);
      say(`reading: ${STATIONS} stations are ${bytes.length} bytes`);
      const rounds = await eachRound(effort, async (round) => {
        const alone = await browse(service.httpPort, 0, bench);
        const bare = await browseBare(file, bench);
        const paced = { stations: STATIONS, window: 0, messagesPerSecond: most / 2, ...effort };
        const [busy, { rate }] = await Promise.all([
          browse(service.httpPort, PAUSE_MS, bench),
          service.load(paced),
        ]);
        say(
          `reading, round ${round}: ${Math.round(alone.rate)}/s, bare ${Math.round(bare.rate)}/s; ` +
            `p99 ${busy.p99.toFixed(1)} ms while ${Math.round(rate)} readings/s are stored`,
        );
        return { alone: alone.rate, bare: bare.rate, p99: busy.p99, share: rate / most };
      });
      const percent = `${Math.round(100 * Math.min(...rounds.map(({ share }) => share)))} %`;
      return [
        bounded(
          { claim: `GET ${PATH}, p99 while ingest runs at ${percent} of its maximum`, unit: 'ms' },
          rounds.map(({ p99 }) => p99),
          MAX_P99_MS,
        ),
        compare(
          {
            claim: `GET ${PATH}, alone`,
            unit: 'requests/s',
            reference: 'a bare Fastify route of the same bytes',
            goal: { atLeast: 0.5 },
          },
          rounds.map(({ alone }) => alone),
          rounds.map(({ bare }) => bare),
        ),
      ];
    } finally {
      await service.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

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
