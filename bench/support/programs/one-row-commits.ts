import { Client, type ClientConfig } from 'pg';
import { percentile } from '../percentile.ts';

// Commits of one row each, one after the other, over one connection and with a prepared statement: what the database
// can do at best for a reading that comes alone. Prints {rate, p50, p99} as JSON, times in milliseconds.

const { connection, seconds, warmUpSeconds } = JSON.parse(process.argv[2] ?? '{}') as {
  readonly connection: ClientConfig;
  readonly seconds: number;
  readonly warmUpSeconds: number;
};
const client = new Client(connection);
await client.connect();
const text = 'INSERT INTO readings (series_id, measured_at, value, received_at) VALUES (0, $1, $2, $1)';
let value = 0;
async function commitUntil(deadline: number): Promise<number[]> {
  const took: number[] = [];
  while (performance.now() < deadline) {
    const startedAt = performance.now();
    await client.query({ name: 'one-row', text, values: [new Date(), (value += 1)] });
    took.push(performance.now() - startedAt);
  }
  return took;
}
await commitUntil(performance.now() + warmUpSeconds * 1000);
const startedAt = performance.now();
const took = await commitUntil(startedAt + seconds * 1000);
const rate = took.length / ((performance.now() - startedAt) / 1000);
await client.end();
process.stdout.write(JSON.stringify({ rate, p50: percentile(took, 0.5), p99: percentile(took, 0.99) }));
