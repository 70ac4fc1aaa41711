import { Client, type ClientConfig } from 'pg';
import type { Publisher } from './publisher.ts';

/** What the database holds of one station. */
export interface Stored {
  readonly rows: number;
  /** Whether the message by this number is there, as what it should be. */
  has(n: number): boolean;
}

/** As ranges: there may be millions of them, and they count up. A reading at a wrong time is not among the values. */
const READINGS = `
  SELECT wanted.station, count(readings) AS rows,
    coalesce(range_agg(int8range(value::int8, value::int8 + 1)) FILTER (
      WHERE first_time IS NULL OR measured_at = first_time + value * interval '1 millisecond'), '{}')::text AS ranges
  FROM unnest($1::text[], $2::timestamptz[]) AS wanted (station, first_time)
  LEFT JOIN stations USING (station)
  LEFT JOIN series ON station_id = stations.id
  LEFT JOIN readings ON series_id = series.id
  GROUP BY wanted.station`;
const REJECTED = `
  SELECT topic, convert_from(payload, 'UTF8') AS payload, count(*) AS rows
  FROM rejected_messages WHERE topic = ANY ($1) GROUP BY 1, 2`;

/** @throws what the database reports, e.g. while it recovers */
export async function readStored(
  connection: ClientConfig,
  publishers: readonly Publisher[],
): Promise<ReadonlyMap<Publisher, Stored>> {
  const client = new Client({ ...connection, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  await client.connect();
  try {
    const readings = await readReadings(client, publishers);
    const rejected = await readRejected(client, publishers);
    return new Map(
      publishers.map((publisher) => {
        const { rows, values } = readings.get(publisher.station)!;
        const payloads = rejected.get(publisher.topic) ?? new Map<string, number>();
        const { messages } = publisher;
        const has = (n: number): boolean =>
          messages.isReading(n) ? values.has(n) : payloads.has(messages.payload(n));
        return [publisher, { rows: rows + sum(payloads.values()), has }];
      }),
    );
  } finally {
    await client.end();
  }
}

async function readReadings(client: Client, publishers: readonly Publisher[]) {
  const { rows } = await client.query<{ station: string; rows: string; ranges: string }>(READINGS, [
    publishers.map(({ station }) => station),
    publishers.map(({ messages: { firstTimeMs } }) =>
      firstTimeMs === undefined ? null : new Date(firstTimeMs).toISOString(),
    ),
  ]);
  return new Map(
    rows.map(({ station, rows: count, ranges }) => [
      station,
      { rows: Number(count), values: parseRanges(ranges) },
    ]),
  );
}

async function readRejected(client: Client, publishers: readonly Publisher[]) {
  const { rows } = await client.query<{ topic: string; payload: string; rows: string }>(REJECTED, [
    publishers.map(({ topic }) => topic),
  ]);
  const byTopic = new Map<string, Map<string, number>>();
  for (const { topic, payload, rows: count } of rows) {
    const payloads = byTopic.get(topic) ?? new Map<string, number>();
    byTopic.set(topic, payloads.set(payload, Number(count)));
  }
  return byTopic;
}

/** `{[0,17),[18,20)}` */
function parseRanges(text: string): { has(n: number): boolean } {
  const values: boolean[] = [];
  for (const [, from, to] of text.matchAll(/\[(-?\d+),(-?\d+)\)/g)) {
    for (let n = Math.max(0, Number(from)); n < Number(to); n += 1) values[n] = true;
  }
  return { has: (n) => values[n] === true };
}

function sum(counts: Iterable<number>): number {
  return [...counts].reduce((total, count) => total + count, 0);
}
