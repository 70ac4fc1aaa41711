import { Client, type ClientConfig } from 'pg';
import { insertReadings, type ReadingRow } from '../../../src/storage/readings-insert.ts';

// The service's own statement with nobody in front of it: batches of readings with times of their own over one
// connection, two of them at the database at a time, as the service has it. Prints {rate} in readings a second as JSON.

const { connection, seconds, warmUpSeconds, batchReadings } = JSON.parse(process.argv[2] ?? '{}') as {
  readonly connection: ClientConfig;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly batchReadings: number;
};
const client = new Client({ ...connection, pipeline: true });
await client.connect();
const firstTime = (Date.now() - 3_600_000) * 1000;
let value = 0;
function nextBatch(): ReadingRow[] {
  return Array.from({ length: batchReadings }, (_, index) => {
    value += 1;
    const measuredAt = firstTime + value * 10;
    return { seriesId: 1 + Math.floor(index / 100), measuredAt, value: -value, receivedAt: measuredAt };
  });
}
async function insertUntil(deadline: number): Promise<number> {
  let readings = 0;
  const insertInTurn = async (): Promise<void> => {
    for (; performance.now() < deadline; readings += batchReadings) await insertReadings(client, nextBatch());
  };
  await Promise.all([insertInTurn(), insertInTurn()]);
  return readings;
}
await insertUntil(performance.now() + warmUpSeconds * 1000);
const startedAt = performance.now();
const readings = await insertUntil(startedAt + seconds * 1000);
const rate = readings / ((performance.now() - startedAt) / 1000);
await client.end();
process.stdout.write(JSON.stringify({ rate }));
