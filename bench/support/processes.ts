import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { LoadOptions, LoadResult } from './generator.ts';

/** A server under load, in a process of its own. */
export interface Contender {
  readonly name: string;
  readonly port: number;
  /** Checks after a run that what was acknowledged is stored, where the contender stores anything. @throws if it is not */
  verify(result: LoadResult): Promise<void>;
  close(): Promise<void>;
}

const MOSQUITTO = '/usr/sbin/mosquitto';

export function hasMosquitto(): boolean {
  return existsSync(MOSQUITTO);
}

/** The built program on an empty embedded database. */
export async function startThermograph(): Promise<Contender> {
  const dataDir = await mkdtemp(join(tmpdir(), 'thermograph-bench-'));
  const env = { ...process.env, DATA_DIR: dataDir, HTTP_PORT: '0', MQTT_PORT: '0', LOG_LEVEL: 'warn' };
  const child = spawn(process.execPath, ['dist/main.js'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const said = await outputUntil(child, /Broker +mqtt:\/\/[^:]+:(\d+)[^]*Try /);
  const connection = { host: join(dataDir, 'run'), user: 'thermograph', database: 'thermograph' };
  return {
    name: 'Thermograph',
    port: Number(said[1]),
    async verify(result) {
      const client = new Client(connection);
      await client.connect();
      try {
        await verifyStored(client, result);
        await client.query('TRUNCATE readings');
      } finally {
        await client.end();
      }
    },
    async close() {
      await end(child);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Aedes by itself: it acknowledges at once and stores nothing. */
export async function startBareAedes(): Promise<Contender> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'bench/support/bare-aedes.ts'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = await outputUntil(child, /port (\d+)/);
  return storingNothing('Aedes, storing nothing', Number(said[1]), child);
}

/** Mosquitto with its default settings, or with those that answer without delay; it stores nothing either way. */
export async function startMosquitto({ noDelay }: { readonly noDelay: boolean }): Promise<Contender> {
  const folder = await mkdtemp(join(tmpdir(), 'thermograph-mosquitto-'));
  const port = await freePort();
  const lines = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    ...(noDelay ? ['set_tcp_nodelay true'] : []),
  ];
  await writeFile(join(folder, 'mosquitto.conf'), `${lines.join('\n')}\n`);
  const child = spawn(MOSQUITTO, ['-c', join(folder, 'mosquitto.conf')], { stdio: 'ignore' });
  await untilListening(port);
  const name = `Mosquitto${noDelay ? ' with set_tcp_nodelay' : ', default settings'}, storing nothing`;
  const contender = storingNothing(name, port, child);
  return {
    ...contender,
    async close() {
      await contender.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Puts a load on the contender, from a process of its own. */
export async function load({ port }: Contender, options: Omit<LoadOptions, 'port'>): Promise<LoadResult> {
  const settings = JSON.stringify({ ...options, port });
  const child = spawn(process.execPath, ['--import', 'tsx', 'bench/support/generator.ts', settings], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`the load ended with ${code}`);
  return JSON.parse(text) as LoadResult;
}

/** Values count up from 0 within each station: after n acknowledgements n of them must be stored, 0 to n - 1. */
async function verifyStored(client: Client, { acknowledged }: LoadResult): Promise<void> {
  const { rows } = await client.query<{ missing: string }>(
    `SELECT sum(acknowledged - stored) AS missing FROM (
       SELECT acknowledged, (
         SELECT count(*) FROM readings JOIN series ON series.id = series_id JOIN stations ON stations.id = station_id
         WHERE station = 'bench-' || (position - 1) AND value < acknowledged
       ) AS stored
       FROM unnest($1::int[]) WITH ORDINALITY AS load (acknowledged, position)
     ) AS counted`,
    [acknowledged],
  );
  const missing = Number(rows[0]?.missing);
  if (missing !== 0) throw new Error(`${missing} acknowledged readings are not in the table`);
}

function storingNothing(name: string, port: number, child: ChildProcess): Contender {
  return { name, port, verify: () => Promise.resolve(), close: () => end(child) };
}

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

function outputUntil(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      const found = pattern.exec((text += chunk));
      if (found) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`it ended with ${code} before it was ready: ${text}`)));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function untilListening(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const socket = connect(port, '127.0.0.1');
    const listening = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (listening) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`nothing listens on port ${port}`);
}
