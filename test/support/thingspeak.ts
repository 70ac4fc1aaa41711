import { connect } from 'node:net';
import { hashSecret } from '../../src/access/credential.ts';
import type { Config } from '../../src/config.ts';
import { addChannel, type ChannelField, type NewChannel } from '../../src/storage/channels-query.ts';
import { type TestDatabase, useTestDatabase } from './database.ts';
import { startOn, type TestService } from './service.ts';

export const WRITE_KEY = 'XXXXXXXXXXXXXXXX';
export const READ_KEY = 'RRRRRRRRRRRRRRRR';
export const CHANNEL = 254616;

/** A service with a channel. */
export interface TestThingSpeak extends TestService {
  readonly port: number;
  /** Sends the bytes as they are. @returns what came until the server hung up, or until all of the reply is there */
  exchange(bytes: string): Promise<string>;
  get(
    path: string,
    headers?: Record<string, string>,
  ): Promise<{ status: number; text: string; headers: Headers }>;
  post(
    path: string,
    body: string | URLSearchParams,
    headers?: Record<string, string>,
  ): Promise<{ status: number; text: string }>;
  /** Of a series, oldest first. */
  values(station: string, metric: string): Promise<readonly number[]>;
}

export interface ThingSpeakOptions {
  readonly channels?: readonly Partial<NewChannel>[];
  readonly config?: Partial<Config>;
  readonly database?: TestDatabase;
}

export async function useThingSpeak({
  channels = [{}],
  config = {},
  database,
}: ThingSpeakOptions = {}): Promise<TestThingSpeak> {
  const own = database ?? (await useTestDatabase());
  for (const channel of channels) await addChannel(own.pool, testChannel(channel));
  const started = await startOn(own, config);
  const port = started.service.http.port;
  return {
    ...started,
    port,
    exchange: (bytes) => exchangeWith(port, bytes),
    async get(path, headers = {}) {
      const response = await fetch(started.url + path, { headers });
      return { status: response.status, text: await response.text(), headers: response.headers };
    },
    async post(path, body, headers = {}) {
      const response = await fetch(started.url + path, { method: 'POST', body, headers });
      return { status: response.status, text: await response.text() };
    },
    async values(station, metric) {
      const { rows } = await own.pool.query<{ value: number }>(
        `SELECT value FROM readings JOIN series ON series.id = series_id JOIN stations ON stations.id = station_id
         WHERE station = $1 AND metric = $2 ORDER BY measured_at, value`,
        [station, metric],
      );
      return rows.map(({ value }) => value);
    },
  };
}

export const FIELDS: readonly ChannelField[] = [
  { field: 1, station: 'outside', metric: 'temperature', label: 'Outside' },
  { field: 2, station: 'inside', metric: 'temperature', label: 'Inside' },
];

export function testChannel(overrides: Partial<NewChannel> = {}): NewChannel {
  return {
    id: CHANNEL,
    name: 'Freetemp',
    description: 'Two boards',
    writeKeyHash: hashSecret(WRITE_KEY),
    readKeyHash: hashSecret(READ_KEY),
    isPublic: true,
    latitude: 45.5,
    longitude: -122.5,
    elevation: null,
    fields: FIELDS,
    ...overrides,
  };
}

/** Sends bytes as they are, and waits for all of the reply. */
export function exchangeWith(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let text = '';
    const done = (): void => {
      socket.destroy();
      resolve(text);
    };
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
      if (isWhole(text)) done();
    });
    socket.on('end', done);
    socket.on('error', reject);
  });
}

function isWhole(text: string): boolean {
  const [head = '', ...body] = text.split('\r\n\r\n');
  const length = /^content-length: (\d+)$/im.exec(head)?.[1];
  return length !== undefined && body.join('\r\n\r\n').length >= Number(length);
}

/**
 * A reply as the Arduino library reads it: the status behind a literal `HTTP/1.1`, then `Content-Length:` in that very case,
 * then the end of the head, and then so many bytes. Of chunks it knows nothing.
 * @returns the status and the body; a negative status is one of the library's own errors
 */
export function readAsArduino(reply: string): { status: number; body: string } {
  const begin = reply.indexOf('HTTP/1.1');
  if (begin === -1) return { status: -303, body: '' };
  const status = Number.parseInt(reply.slice(begin + 'HTTP/1.1'.length), 10);
  const named = reply.indexOf('Content-Length:', begin);
  if (named === -1) return { status: -303, body: '' };
  const length = Number.parseInt(reply.slice(named + 'Content-Length:'.length), 10);
  const end = reply.indexOf('\r\n\r\n', named);
  if (end === -1) return { status: -303, body: '' };
  return { status, body: reply.slice(end + 4, end + 4 + length) };
}
