import { Agent, get } from 'node:http';
import { createBrotliDecompress } from 'node:zlib';
import { type Filled, METRIC, stationOf } from './years.ts';

/** Asks a service about random series and ranges, one question after the other, on a connection that is kept. */
export interface Questioner {
  /** @param length in milliseconds; it ends anywhere where there are readings for all of it */
  pick(length: number): Picked;
  /** The history of a random series over a random range of that length. @returns how long it took, in milliseconds */
  history(length: number): Promise<number>;
  /** @returns how long it took, in milliseconds. @throws when the answer is none */
  path(path: string): Promise<number>;
}

export interface Picked {
  readonly station: string;
  readonly seriesId: number;
  readonly from: number;
  readonly to: number;
}

export function createQuestioner(port: number, filled: Filled): Questioner {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const pick: Questioner['pick'] = (length) => {
    const index = Math.floor(Math.random() * filled.seriesIds.length);
    const to = filled.to - Math.floor(Math.random() * (filled.to - filled.from - length));
    return { station: stationOf(index), seriesId: filled.seriesIds[index]!, from: to - length, to };
  };
  const path: Questioner['path'] = async (asked) => {
    const startedAt = performance.now();
    const bytes = await ask(agent, port, asked);
    const took = performance.now() - startedAt;
    if (bytes === 0) throw new Error(`${asked} was answered with nothing`);
    return took;
  };
  return {
    pick,
    path,
    history(length) {
      const { station, from, to } = pick(length);
      return path(`/api/stations/${station}/history?metric=${METRIC}&from=${from}&to=${to}&points=500`);
    },
  };
}

/** In a random order. */
export function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** As browsers ask. @returns how many bytes the answer has, unpacked */
function ask(agent: Agent, port: number, path: string): Promise<number> {
  const headers = { 'accept-encoding': 'gzip, deflate, br' };
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent, headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${path} was answered with ${response.statusCode}`));
      const isPacked = response.headers['content-encoding'] === 'br';
      const body = isPacked ? response.pipe(createBrotliDecompress()) : response;
      let bytes = 0;
      body.on('data', (chunk: Buffer) => (bytes += chunk.length));
      body.on('error', reject);
      body.on('end', () => resolve(bytes));
    }).on('error', reject);
  });
}
