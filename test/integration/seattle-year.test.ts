import mqtt from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { readSeattleYear, type WeatherHour } from '../../firmware-bridge/simulator/weather.ts';
import { type Program, startProgram, useFolder } from '../support/program.ts';

interface Page {
  readonly readings: readonly { readonly measuredAt: string; readonly value: number }[];
  readonly next: string | null;
}

/** Publishes each hour as a message of its own, at QoS 1; resolves with the number of acknowledgements. */
async function publishYear({ mqttPort }: Program, year: readonly WeatherHour[]): Promise<number> {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${mqttPort}`);
  onTestFinished(() => client.endAsync(true));
  let acknowledged = 0;
  await Promise.all(
    year.map(async ({ timeMs, temperature, pressure, windSpeed }) => {
      const payload = { time: new Date(timeMs).toISOString(), temperature, pressure, wind_speed: windSpeed };
      await client.publishAsync('stations/outside', JSON.stringify(payload), { qos: 1 });
      acknowledged += 1;
    }),
  );
  return acknowledged;
}

/** Everything that the JSON API has of one metric, oldest first. */
async function readAll({ httpPort }: Program, metric: string): Promise<readonly [number, number][]> {
  const all: [number, number][] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const query = new URLSearchParams({
      metric,
      order: 'asc',
      limit: '700',
      ...(cursor === '' ? {} : { cursor }),
    });
    const response = await fetch(
      `http://127.0.0.1:${httpPort}/api/stations/outside/readings?${query.toString()}`,
    );
    const page = (await response.json()) as Page;
    all.push(
      ...page.readings.map(({ measuredAt, value }): [number, number] => [Date.parse(measuredAt), value]),
    );
    cursor = page.next;
  }
  return all;
}

interface Totals {
  readonly count: number;
  readonly min: number;
  readonly max: number;
}

/** What all buckets of the year come to, whatever the worker has rolled up by now. */
async function readTotals({ httpPort }: Program, every: string): Promise<Totals> {
  const query = new URLSearchParams({ from: '2010-01-01T00:00:00Z', to: '2011-01-01T00:00:00Z', every });
  const response = await fetch(
    `http://127.0.0.1:${httpPort}/api/stations/outside/history?${query.toString()}`,
  );
  const { buckets } = (await response.json()) as { readonly buckets: readonly Totals[] };
  return {
    count: buckets.reduce((sum, { count }) => sum + count, 0),
    min: Math.min(...buckets.map(({ min }) => min)),
    max: Math.max(...buckets.map(({ max }) => max)),
  };
}

test('the Seattle year goes in over MQTT and comes back as JSON, value by value, also after kill -9', async () => {
  const year = readSeattleYear();
  const dataDir = await useFolder();
  const first = await startProgram({ DATA_DIR: dataDir });
  expect(await publishYear(first, year)).toBe(8_759);
  first.kill('SIGKILL');
  await first.exited();

  const second = await startProgram({ DATA_DIR: dataDir });
  expect(await readAll(second, 'temperature')).toEqual(
    year.map(({ timeMs, temperature }) => [timeMs, temperature]),
  );
  expect(await readAll(second, 'pressure')).toEqual(year.map(({ timeMs, pressure }) => [timeMs, pressure]));
  expect(await readAll(second, 'wind_speed')).toEqual(
    year.map(({ timeMs, windSpeed }) => [timeMs, windSpeed]),
  );

  const temperatures = year.map(({ temperature }) => temperature);
  const totals = { count: year.length, min: Math.min(...temperatures), max: Math.max(...temperatures) };
  for (const every of ['1h', '1d', '7d', '1mo', '1y']) {
    expect(await readTotals(second, every), `every ${every}`).toEqual(totals);
  }

  // The whole year once more: redelivery makes no second row.
  expect(await publishYear(second, year)).toBe(8_759);
  expect(await readAll(second, 'temperature')).toHaveLength(8_759);
});
