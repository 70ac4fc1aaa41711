import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { onTestFinished } from 'vitest';
import { type ClientOptions, createWebSocketStream, WebSocket } from 'ws';

/** A WebSocket that is open, with the status code that it was closed with. */
export interface TestWebSocket {
  readonly webSocket: WebSocket;
  /** Its bytes, as an MQTT client has them. */
  readonly stream: Duplex;
  /** Resolves when it is closed. */
  closed(): Promise<number>;
}

/** @param url of `/mqtt`, `ws://…` or `wss://…` */
export async function openWebSocket(url: string, options: ClientOptions = {}): Promise<TestWebSocket> {
  const webSocket = new WebSocket(url, 'mqtt', options);
  onTestFinished(() => webSocket.terminate());
  const closed = new Promise<number>((resolve) => webSocket.once('close', resolve));
  const stream = createWebSocketStream(webSocket);
  stream.on('error', () => {});
  await once(webSocket, 'open');
  return { webSocket, stream, closed: () => closed };
}

/** What a request for a WebSocket is answered with, whatever that is. */
export async function askForWebSocket(
  url: string,
  headers: Record<string, string | undefined> = {},
  method = 'GET',
): Promise<{ readonly status: number; readonly headers: IncomingMessage['headers'] }> {
  const all = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': Buffer.alloc(16).toString('base64'),
    'sec-websocket-protocol': 'mqtt',
    ...headers,
  };
  const wanted = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const request = httpRequest(url, { method, agent: false, headers: Object.fromEntries(wanted) });
  onTestFinished(() => void request.destroy());
  return new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve({ status: response.statusCode ?? 0, headers: response.headers });
    });
    request.on('response', (response) => {
      response.resume();
      // Only when the connection is closed, too, has it been answered properly.
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers }));
    });
    request.end();
  });
}
