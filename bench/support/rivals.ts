import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectAsync } from 'mqtt';
import { end, freePort, outputUntil, startProgram, untilListening } from './process.ts';

/** A broker to compare with, in a process of its own. */
export interface Rival {
  readonly name: string;
  readonly port: number;
  close(): Promise<void>;
}

const MOSQUITTO = '/usr/sbin/mosquitto';
const RABBITMQ = '/usr/lib/rabbitmq/bin/rabbitmq-server';
const EPMD = '/usr/bin/epmd';

export function hasMosquitto(say: (text: string) => void): boolean {
  if (existsSync(MOSQUITTO)) return true;
  say('Mosquitto is not installed (apt-get install mosquitto): its rows are left out.');
  return false;
}

export function hasRabbitmq(say: (text: string) => void): boolean {
  if (existsSync(RABBITMQ)) return true;
  say('RabbitMQ is not installed (apt-get install rabbitmq-server): its rows are left out.');
  return false;
}

/** Aedes by itself: it acknowledges at once and stores nothing. */
export async function startBareAedes(): Promise<Rival> {
  const child = startProgram('bare-aedes');
  const said = await outputUntil(child, /port (\d+)/);
  return { name: 'Aedes, storing nothing', port: Number(said[1]), close: () => end(child) };
}

/** Mosquitto, which acknowledges at once and stores nothing; its settings are the defaults but for those given. */
export async function startMosquitto(name: string, settings: readonly string[] = []): Promise<Rival> {
  const folder = await mkdtemp(path.join(tmpdir(), 'thermograph-mosquitto-'));
  const port = await freePort();
  const lines = [`listener ${port} 127.0.0.1`, 'allow_anonymous true', ...settings];
  await writeFile(path.join(folder, 'mosquitto.conf'), `${lines.join('\n')}\n`);
  const child = spawn(MOSQUITTO, ['-c', path.join(folder, 'mosquitto.conf')], { stdio: 'ignore' });
  await untilListening(port, 10);
  return {
    name,
    port,
    async close() {
      await end(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * RabbitMQ's MQTT with a durable queue, which is what a session of a subscriber at QoS 1 gets: a PUBACK comes when the
 * message is on the disk. Nobody reads the queue, which spares it the work.
 */
export async function startRabbitmq(): Promise<Rival> {
  const folder = await mkdtemp(path.join(tmpdir(), 'thermograph-rabbitmq-'));
  const [port, epmdPort, nodePort] = [await freePort(), await freePort(), await freePort()];
  await writeFile(path.join(folder, 'enabled_plugins'), '[rabbitmq_mqtt].\n');
  const settings = [
    'listeners.tcp = none',
    `mqtt.listeners.tcp.1 = 127.0.0.1:${port}`,
    'mqtt.allow_anonymous = true',
  ];
  await writeFile(path.join(folder, 'rabbitmq.conf'), `${settings.join('\n')}\n`);
  // Erlang's register of names; of its own accord it would start one for the machine and leave it running.
  const epmd = spawn(EPMD, ['-port', String(epmdPort), '-address', '127.0.0.1'], { stdio: 'ignore' });
  const env = {
    ...process.env,
    HOME: folder,
    ERL_EPMD_PORT: String(epmdPort),
    RABBITMQ_NODENAME: 'bench@localhost',
    RABBITMQ_DIST_PORT: String(nodePort),
    RABBITMQ_MNESIA_BASE: path.join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: path.join(folder, 'log'),
    RABBITMQ_ENABLED_PLUGINS_FILE: path.join(folder, 'enabled_plugins'),
    RABBITMQ_CONFIG_FILE: path.join(folder, 'rabbitmq.conf'),
  };
  const server = spawn(RABBITMQ, [], { env, stdio: 'ignore' });
  const close = async (): Promise<void> => {
    await endAll(server, epmd);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await untilListening(port, 60);
    const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { clientId: 'queue', clean: false });
    await client.subscribeAsync('stations/#', { qos: 1 });
    await client.endAsync();
  } catch (error) {
    await close();
    throw error;
  }
  return { name: 'RabbitMQ, durable queue', port, close };
}

async function endAll(...children: readonly ChildProcess[]): Promise<void> {
  for (const child of children) await end(child);
}
