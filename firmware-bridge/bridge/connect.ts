import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import type { Logger } from 'pino';
import { reasonOf } from '../../src/storage/failure.ts';

/** Where readings go, and as whom. */
export interface Broker {
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/**
 * Resolves with a client that is connected; it does not connect again by itself, and is ended when the signal says so.
 * @throws why there is none
 */
export type Connect = (ending: AbortSignal) => Promise<MqttClient>;

const CONNECT_TIMEOUT_MS = 10_000;

/** @param log is told once when the broker can't be reached, and once when it can */
export function createConnect(broker: Broker, log: Logger): Connect {
  let isThere: boolean | undefined;
  return async (ending) => {
    try {
      const client = await connect(broker, ending);
      if (isThere !== true) log.info('the broker is there');
      isThere = true;
      return client;
    } catch (error) {
      if (ending.aborted) throw error;
      const reason = reasonOf(error);
      if (isThere !== false) {
        log.warn({ reason }, 'the broker refuses, or is away; readings are kept on disk until it takes them');
      }
      isThere = false;
      throw error;
    }
  };
}

async function connect({ url, username, password }: Broker, ending: AbortSignal): Promise<MqttClient> {
  const options: IClientOptions = {
    clean: true,
    reconnectPeriod: 0,
    connectTimeout: CONNECT_TIMEOUT_MS,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
  };
  const client = mqtt.connect(url, options);
  // It also tells of errors that come when all is over, and unheard they would end the process.
  client.on('error', () => {});
  const end = (): void => void client.end(true);
  ending.addEventListener('abort', end, { once: true });
  client.once('close', () => ending.removeEventListener('abort', end));
  try {
    await Promise.race([connected(client), closed(client)]);
    return client;
  } catch (error) {
    end();
    throw error;
  }
}

function connected(client: MqttClient): Promise<void> {
  return new Promise((resolve, reject) => {
    client.once('connect', () => resolve());
    client.once('error', reject);
  });
}

/** Rejects when the connection is over. */
export function closed(client: MqttClient): Promise<never> {
  return new Promise((_resolve, reject) => {
    client.once('close', () => reject(new Error('the broker has closed the connection')));
  });
}
