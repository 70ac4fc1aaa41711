import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, type ClientConfig } from 'pg';
import { load, type LoadOptions, type LoadResult } from './load.ts';
import { end, outputUntil } from './process.ts';

/** The built program on an embedded database of its own. */
export interface Thermograph {
  readonly mqttPort: number;
  readonly httpPort: number;
  readonly pid: number;
  readonly connection: ClientConfig;
  /** Puts a load on it, and looks every acknowledged reading up in the table afterwards. @throws if one is missing */
  load(options: Omit<LoadOptions, 'port' | 'firstValue'>): Promise<LoadResult>;
  /** Takes all readings out of the table. */
  truncate(): Promise<void>;
  /** Lets the database write out what earlier loads have left, which would slow the commits of the next one. */
  checkpoint(): Promise<void>;
  /** Resident memory of the service without the database, in bytes. */
  residentBytes(): number;
  close(): Promise<void>;
}

/** Further apart than any load goes, so that no two loads give one station the same value. */
const VALUES_A_LOAD = 1_000_000_000;

/** @param settings beside those that all benches need */
export async function startThermograph(
  settings: Readonly<Record<string, string>> = {},
): Promise<Thermograph> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'thermograph-bench-'));
  const env = {
    ...process.env,
    DATA_DIR: dataDir,
    HTTP_PORT: '0',
    MQTT_PORT: '0',
    LOG_LEVEL: 'warn',
    // All ten thousand stations have this machine's address; the other limits are those that everybody has.
    MAX_CONNECTIONS_PER_ADDRESS: '20000',
    MAX_CONNECTS_PER_SECOND: '20000',
    ...settings,
  };
  const child = spawn(process.execPath, ['dist/src/main.js'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const said = await outputUntil(child, /http:\/\/[^:]+:(\d+)[^]*mqtt:\/\/[^:]+:(\d+)[^]*Try /);
  const mqttPort = Number(said[2]);
  const connection = { host: path.join(dataDir, 'run'), user: 'thermograph', database: 'thermograph' };
  const database = new Client(connection);
  await database.connect();
  let loads = 0;
  return {
    mqttPort,
    httpPort: Number(said[1]),
    pid: child.pid!,
    connection,
    async load(options) {
      const result = await load({ ...options, port: mqttPort, firstValue: (loads += 1) * VALUES_A_LOAD });
      await verifyStored(database, result);
      return result;
    },
    truncate: async () => void (await database.query('TRUNCATE readings')),
    checkpoint: async () => void (await database.query('CHECKPOINT')),
    residentBytes: () => residentBytes(child.pid!),
    async close() {
      await database.end();
      await end(child);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function residentBytes(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}

/** Of n acknowledged readings of a station, n values must be there, counted up from the first. */
async function verifyStored(database: Client, { firstValue, acknowledged }: LoadResult): Promise<void> {
  const { rows } = await database.query<{ missing: string }>(
    `SELECT sum(acknowledged - stored) AS missing FROM (
       SELECT acknowledged, (
         SELECT count(DISTINCT value) FROM readings
         WHERE series_id = (SELECT series.id FROM series JOIN stations ON stations.id = station_id
                            WHERE station = 'bench-' || (load.position - 1) AND metric = 'temperature')
           AND measured_at > now() - interval '3 hours' AND value >= $2 AND value < $2 + acknowledged
       ) AS stored
       FROM unnest($1::int[]) WITH ORDINALITY AS load (acknowledged, position)
     ) AS counted`,
    [acknowledged, firstValue],
  );
  if (acknowledged.every((count) => count === 0)) throw new Error('nothing was acknowledged');
  const missing = Number(rows[0]?.missing ?? Number.NaN);
  if (missing !== 0) throw new Error(`${missing} acknowledged readings are not in the table`);
}
