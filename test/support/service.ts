import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { type Config, readConfig } from '../../src/config.ts';
import { type Service, startService } from '../../src/service.ts';
import { type TestDatabase, useTestDatabase } from './database.ts';
import { useFolder } from './program.ts';

/** A whole service on free ports, on a database of its own. */
export interface TestService {
  readonly service: Service;
  readonly database: TestDatabase;
  /** `http://127.0.0.1:…` */
  readonly url: string;
  readonly mqttPort: number;
  /** A real MQTT client, connected, over plain TCP unless `url` says otherwise; it is ended with the test. */
  connect(options?: IClientOptions, url?: string): Promise<MqttClient>;
  /** What was logged, at `info` and above. */
  readonly logged: readonly { readonly level: number; readonly msg: string; readonly address?: string }[];
  getJson(path: string): Promise<unknown>;
}

/** What a page or a client that comes first finds is not to depend on how fast the machine is. */
const PATIENCE = { credentialsMs: 60_000, channelsMs: 60_000, displaysMs: 60_000, daysMs: 60_000 };

/** Starts the service; it is stopped when the test ends. */
export async function useService(overrides: Partial<Config> = {}): Promise<TestService> {
  return startOn(await useTestDatabase(), overrides);
}

/** {@link useService} on a database that is there already, e.g. for a second start. */
export async function startOn(database: TestDatabase, overrides: Partial<Config> = {}): Promise<TestService> {
  const config = {
    ...readConfig({
      DATABASE_URL: database.url,
      HTTP_PORT: '0',
      MQTT_PORT: '0',
      DATA_DIR: await useFolder(),
      TIME_ZONE: 'UTC',
    }),
    ...overrides,
  };
  const logged: TestService['logged'][number][] = [];
  const log = pino(
    { level: 'info' },
    { write: (line) => void logged.push(JSON.parse(line) as TestService['logged'][number]) },
  );
  const service = await startService({ config, version: '0.0.0', log, patience: PATIENCE });
  onTestFinished(() => service.close());
  const url = `http://127.0.0.1:${service.http.port}`;
  return {
    service,
    database,
    url,
    mqttPort: service.mqtt.port,
    connect: (options, mqttUrl = `mqtt://127.0.0.1:${service.mqtt.port}`) => connect(mqttUrl, options),
    logged,
    async getJson(path) {
      const response = await fetch(url + path);
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return response.json();
    },
  };
}

async function connect(url: string, options: IClientOptions = {}): Promise<MqttClient> {
  const client = await mqtt.connectAsync(url, { reconnectPeriod: 0, ...options });
  onTestFinished(() => client.endAsync(true));
  // A client whose connection is cut on purpose says so here.
  client.on('error', () => {});
  return client;
}
