import mqtt from 'mqtt';
import { type ClientConfig, Pool } from 'pg';

// The pipeline of the tutorials: a broker, a subscriber with a client library, and an INSERT for each message through a
// pool. Measured at its best, which loses nothing: the messages wait in the broker already, the pool is open, and the time
// is that of taking them out and storing them, after the first thousand. Prints the readings a second as JSON.

const { port, connection, messages } = JSON.parse(process.argv[2] ?? '{}') as {
  readonly port: number;
  readonly connection: ClientConfig;
  readonly messages: number;
};
/** That of `pg` by default. */
const POOL_SIZE = 10;
const WARM_UP_MESSAGES = 1_000;
const url = `mqtt://127.0.0.1:${port}`;
const session = { clientId: 'pipeline', clean: false };
const pool = new Pool({ ...connection, max: POOL_SIZE });
await pool.query('DROP TABLE IF EXISTS pipeline');
await pool.query(
  `CREATE TABLE pipeline (id bigserial PRIMARY KEY, topic text, value float8, received_at timestamptz DEFAULT now())`,
);
const before = await mqtt.connectAsync(url, session);
await before.subscribeAsync('stations/#', { qos: 1 });
await before.endAsync();

const publisher = await mqtt.connectAsync(url);
for (let value = 0; value < messages; value += 1) {
  const published = publisher.publishAsync(`stations/s${value % 50}/temperature`, String(value), { qos: 1 });
  if (value % 500 === 499 || value === messages - 1) await published;
}
await publisher.endAsync();

await Promise.all(Array.from({ length: POOL_SIZE }, () => pool.query('SELECT pg_sleep(0.1)')));
let startedAt = Number.NaN;
let stored = 0;
await new Promise<void>((resolve, reject) => {
  const client = mqtt.connect(url, session);
  const noteStored = (): void => {
    stored += 1;
    if (stored === WARM_UP_MESSAGES) startedAt = performance.now();
    if (stored === messages) client.end(true, () => resolve());
  };
  client.on('message', (topic, payload) => {
    pool
      .query('INSERT INTO pipeline (topic, value) VALUES ($1, $2)', [topic, Number(payload.toString())])
      .then(noteStored, reject);
  });
});
const rate = (messages - WARM_UP_MESSAGES) / ((performance.now() - startedAt) / 1000);
const { rows } = await pool.query<{ count: number }>(
  'SELECT count(DISTINCT value)::int AS count FROM pipeline',
);
if (rows[0]?.count !== messages) throw new Error(`${rows[0]?.count} of ${messages} messages were stored`);
await pool.query('DROP TABLE pipeline');
await pool.end();
process.stdout.write(JSON.stringify({ rate }));
