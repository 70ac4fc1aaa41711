import { Client } from 'pg';
import { bounded, type Claim, compare, eachRound, median } from './support/claim.ts';
import { startThermograph, type Thermograph } from './support/thermograph.ts';

const STATIONS = 100;
const METRICS = ['temperature', 'humidity', 'pressure', 'wind_speed', 'rain', 'battery'];
/** A reading in five minutes, for a day and a quarter. */
const READINGS = 360;
const READINGS_A_MESSAGE = 120;
const MAX_MS = 20;
const WARM_UP = 30;
const REQUESTS = { quick: 50, thorough: 300 };

/** What the page of a hundred stations costs the service, one request at a time. */
export const pages: Claim = {
  name: 'pages',
  async measure({ effort, say }) {
    const requests = effort.isQuick ? REQUESTS.quick : REQUESTS.thorough;
    const empty = await startThermograph();
    try {
      const full = await startThermograph();
      try {
        await fill(full);
        const rounds = await eachRound(effort, async (round) => {
          const page = await timeOf(full, '/', requests);
          const json = await timeOf(full, '/api/stations', requests);
          const bare = await timeOf(empty, '/', requests);
          say(
            `pages, round ${round}: ${page.toFixed(1)} ms, JSON ${json.toFixed(1)} ms, ` +
              `without stations ${bare.toFixed(1)} ms`,
          );
          return { page, json, bare };
        });
        const figures = rounds.map(({ page }) => page);
        const claim = `GET / with ${STATIONS} stations, median of one at a time`;
        const beside = (reference: string, references: readonly number[]) =>
          compare({ claim, unit: 'ms', reference, goal: undefined }, figures, references);
        return [
          bounded({ claim, unit: 'ms' }, figures, MAX_MS),
          beside(
            'the same page without stations',
            rounds.map(({ bare }) => bare),
          ),
          beside(
            'GET /api/stations of the same',
            rounds.map(({ json }) => json),
          ),
        ];
      } finally {
        await full.close();
      }
    } finally {
      await empty.close();
    }
  },
};

/** Median, in milliseconds, from the request to the last byte of the answer; a reading between two makes every page a new one. */
async function timeOf(service: Thermograph, path: string, requests: number): Promise<number> {
  const url = `http://127.0.0.1:${service.httpPort}`;
  const took: number[] = [];
  for (let i = 0; i < WARM_UP + requests; i += 1) {
    await post(url, 'bench-0', `${i % 40}`);
    const sentAt = performance.now();
    // Uncompressed, as what is measured is how the page is made.
    const reply = await fetch(url + path, { headers: { 'accept-encoding': 'identity' } });
    await reply.arrayBuffer();
    if (!reply.ok) throw new Error(`${path} was answered with ${reply.status}`);
    if (i >= WARM_UP) took.push(performance.now() - sentAt);
  }
  return median(took);
}

/** Stations that have sent each of their metrics, and a day and a quarter of readings behind them. */
async function fill(service: Thermograph): Promise<void> {
  const url = `http://127.0.0.1:${service.httpPort}`;
  const now = Date.now();
  for (let station = 0; station < STATIONS; station += 1) {
    const readings = Array.from({ length: READINGS }, (_, i) => ({
      time: new Date(now - (READINGS - i) * 300_000).toISOString(),
      ...Object.fromEntries(METRICS.map((metric, m) => [metric, 50 + 30 * Math.sin(i / 40 + station + m)])),
    }));
    for (let i = 0; i < READINGS; i += READINGS_A_MESSAGE) {
      const some = readings.slice(i, i + READINGS_A_MESSAGE);
      await post(url, `bench-${station}`, JSON.stringify(some), '');
    }
  }
  const database = new Client(service.connection);
  await database.connect();
  const { rows } = await database.query<{ count: string }>('SELECT count(*) FROM series');
  await database.end();
  if (Number(rows[0]?.count) !== STATIONS * METRICS.length) throw new Error('not all series are there');
}

async function post(
  url: string,
  station: string,
  body: string,
  query = '?metric=temperature',
): Promise<void> {
  const reply = await fetch(`${url}/api/stations/${station}/readings${query}`, { method: 'POST', body });
  if (!reply.ok) throw new Error(`a reading was answered with ${reply.status}: ${await reply.text()}`);
}
