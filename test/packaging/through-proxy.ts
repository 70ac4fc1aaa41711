import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { get, type RequestOptions } from 'node:https';
import mqtt, { type MqttClient } from 'mqtt';
import { onTestFinished } from 'vitest';
import { poll } from '../support/poll.ts';

/** Where clients of a proxy come from: another address than that of the proxy itself. */
export const CLIENT_ADDRESS = '127.0.0.2';

/** A client on the other side of a proxy. */
export interface ProxyClient {
  /** Resolves with status and body. */
  read(path: string, headers?: Readonly<Record<string, string>>): Promise<{ status: number; body: string }>;
  /** Begins to read what does not end; returns what has come so far. */
  follow(path: string): Promise<() => string>;
  /** MQTT over WebSocket. */
  mqtt(login?: { username: string; password: string }): MqttClient;
}

export function proxyClient(port: number, ca: string): ProxyClient {
  const options: RequestOptions = { host: '127.0.0.1', port, ca, localAddress: CLIENT_ADDRESS, agent: false };
  const open = async (path: string, headers: Readonly<Record<string, string>> = {}) => {
    const request = get({ ...options, path, headers });
    onTestFinished(() => void request.destroy());
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    return { response, text: () => text };
  };
  return {
    async read(path, headers) {
      const { response, text } = await open(path, headers);
      await once(response, 'end');
      return { status: response.statusCode ?? 0, body: text() };
    },
    async follow(path) {
      const { text } = await open(path);
      return text;
    },
    mqtt(login) {
      const wsOptions = { ca, localAddress: CLIENT_ADDRESS };
      const client = mqtt.connect(`wss://127.0.0.1:${port}/mqtt`, {
        reconnectPeriod: 0,
        wsOptions,
        ...login,
      });
      onTestFinished(() => client.endAsync(true));
      client.on('error', () => {});
      return client;
    },
  };
}

/** Starts a proxy and waits until it answers; it is stopped when the test ends. */
export async function useProxy(
  [program = '', ...args]: readonly string[],
  client: ProxyClient,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    // Caddy would wait for clients first, and nginx leave its workers behind.
    child.kill(program === 'caddy' ? 'SIGKILL' : 'SIGTERM');
    await ended;
  });
  await poll(async () => {
    if (child.exitCode !== null) throw new Error(`${program} has ended: ${said}`);
    return client.read('/health/live').then(
      ({ status }) => status === 200,
      () => false,
    );
  });
}
