import { connect as connectTcp } from 'node:net';
import { request } from 'node:https';
import { generate, type Packet } from 'mqtt-packet';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Config } from '../../src/config.ts';
import {
  connectTls,
  makeCertificate,
  shownName,
  type TestCertificate,
  useCertificateFiles,
} from '../support/certificate.ts';
import { poll } from '../support/poll.ts';
import { connectPacket, rawClient } from '../support/raw-client.ts';
import { useService } from '../support/service.ts';

/** A service with TLS on both ports. */
async function useTlsService(certificate: TestCertificate, overrides: Partial<Config> = {}) {
  const disk = await useCertificateFiles(certificate);
  const started = await useService({ httpsPort: 0, mqttsPort: 0, ...disk.files, ...overrides });
  return {
    ...started,
    disk,
    ca: certificate.cert,
    mqttsPort: started.service.mqtts!.port,
    httpsPort: started.service.https!.port,
  };
}

function publish(messageId: number): Packet {
  const topic = 'stations/outside/temperature';
  return { cmd: 'publish', topic, payload: `${messageId}`, qos: 1, messageId, dup: false, retain: false };
}

function acknowledged(received: readonly Packet[]): number[] {
  return received.filter(({ cmd }) => cmd === 'puback').map(({ messageId }) => messageId!);
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** Asks over HTTPS, on a connection of its own. */
async function ask(port: number, ca: string, path: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const asking = request({ port, host: '127.0.0.1', ca, path, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    asking.on('error', reject);
    asking.end();
  });
}

test('a reading over mqtts:// is acknowledged, stored, and told to a subscriber with TLS', async () => {
  const service = await useTlsService(await makeCertificate());
  const url = `mqtts://127.0.0.1:${service.mqttsPort}`;
  const watcher = await service.connect({ ca: service.ca }, url);
  await watcher.subscribeAsync('live/#');
  const told = new Promise<string>((resolve) => {
    watcher.on('message', (_topic, payload) => resolve(payload.toString()));
  });
  const station = await service.connect({ ca: service.ca }, url);
  await station.publishAsync('stations/outside/temperature', '21.5', { qos: 1 });
  expect((await service.database.pool.query('SELECT value FROM readings')).rows).toEqual([{ value: 21.5 }]);
  expect(JSON.parse(await told)).toMatchObject({ station: 'outside', value: 21.5 });
});

test('what is sent over TLS with CONNECT is stored and acknowledged, though the client has ended its side', async () => {
  const service = await useTlsService(await makeCertificate());
  const socket = await connectTls(service.mqttsPort, service.ca, { allowHalfOpen: true });
  const client = await rawClient(socket, { connect: false });
  client.send(connectPacket('eager'), ...numbers(50).map((number) => publish(number)));
  socket.end();
  await client.closed();
  expect(acknowledged(client.received)).toEqual(numbers(50));
  const { rows } = await service.database.pool.query('SELECT count(*)::int AS stored FROM readings');
  expect(rows).toEqual([{ stored: 50 }]);
});

test('page, API and event stream are there over HTTPS, and closing ends the stream', async () => {
  const service = await useTlsService(await makeCertificate());
  const { httpsPort, ca } = service;
  expect(await ask(httpsPort, ca, '/')).toMatchObject({ status: 200 });
  expect(JSON.parse((await ask(httpsPort, ca, '/api/stations')).text)).toEqual({ stations: [] });
  expect((await ask(httpsPort, ca, '/status')).text).toContain(`with TLS ${service.mqttsPort}`);
  let begun = false;
  const stream = ask(httpsPort, ca, '/api/live');
  const watched = request({ port: httpsPort, host: '127.0.0.1', ca, path: '/api/live' }, (response) => {
    begun = true;
    response.resume();
  });
  watched.on('error', () => {});
  watched.end();
  await poll(() => begun);
  const idle = await connectTls(httpsPort, ca);
  idle.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await service.service.close();
  expect((await stream).text).toMatch(/^retry: 2000\n/);
});

test('a new certificate is shown to new clients, and who was connected before goes on publishing', async () => {
  const first = await makeCertificate({ name: 'first' });
  const second = await makeCertificate({ name: 'second' });
  const { mqttsPort, httpsPort, ca, disk, database } = await useTlsService(first);
  const client = await rawClient(await connectTls(mqttsPort, ca));
  client.send(publish(1));
  await client.waitFor((received) => acknowledged(received).length === 1);
  await disk.writeCert(second.cert);
  await disk.writeKey(second.key);
  await poll(async () => (await shownName(mqttsPort, second.cert)) === 'second');
  expect(await shownName(httpsPort, second.cert)).toBe('second');
  client.send(publish(2));
  await client.waitFor((received) => acknowledged(received).length === 2);
  const newcomer = await rawClient(await connectTls(mqttsPort, second.cert));
  newcomer.send(publish(3));
  await newcomer.waitFor((received) => acknowledged(received).length === 1);
  expect(client.isClosed()).toBe(false);
  expect((await database.pool.query('SELECT value FROM readings ORDER BY 1')).rows).toHaveLength(3);
});

/** All that axTLS offers, as MicroPython has it on the ESP8266. */
const OLD_CIPHERS = ['AES128-SHA', 'AES256-SHA', 'AES128-SHA256', 'AES256-SHA256'];

function oldBoard(cipher: string) {
  return {
    ciphers: cipher,
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.2',
    sigalgs: 'RSA+SHA512:RSA+SHA384:RSA+SHA256:RSA+SHA1',
  } as const;
}

describe('clients that know no forward secrecy', () => {
  test('are refused', async () => {
    const { mqttsPort, httpsPort, ca } = await useTlsService(await makeCertificate({ keyType: 'rsa' }));
    for (const port of [mqttsPort, httpsPort]) {
      for (const cipher of OLD_CIPHERS) {
        await expect(connectTls(port, ca, oldBoard(cipher))).rejects.toThrow(/handshake failure/);
      }
    }
  });

  test('are let in for TLS_OLD_BOARDS, and their readings are acknowledged', async () => {
    const certificate = await makeCertificate({ keyType: 'rsa' });
    const { mqttsPort, httpsPort, ca } = await useTlsService(certificate, { tlsOldBoards: true });
    for (const cipher of OLD_CIPHERS) {
      const socket = await connectTls(mqttsPort, ca, oldBoard(cipher));
      expect(socket.getCipher().name).toBe(cipher);
      const client = await rawClient(socket);
      client.send(publish(1));
      await client.waitFor((received) => acknowledged(received).length === 1);
    }
    expect((await connectTls(httpsPort, ca, oldBoard('AES128-SHA'))).authorized).toBe(true);
  });

  test('do not weaken the others: those who know better get better', async () => {
    const certificate = await makeCertificate({ keyType: 'rsa' });
    const { mqttsPort, ca } = await useTlsService(certificate, { tlsOldBoards: true });
    expect((await connectTls(mqttsPort, ca)).getProtocol()).toBe('TLSv1.3');
    const ciphers = 'AES128-SHA:ECDHE-RSA-AES256-GCM-SHA384';
    const socket = await connectTls(mqttsPort, ca, { ciphers, maxVersion: 'TLSv1.2' });
    expect(socket.getCipher().name).toBe('ECDHE-RSA-AES256-GCM-SHA384');
  });
});

test.each([false, true])('TLS 1.1 is refused (with TLS_OLD_BOARDS: %s)', async (tlsOldBoards) => {
  const { mqttsPort, ca } = await useTlsService(await makeCertificate({ keyType: 'rsa' }), { tlsOldBoards });
  const options = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } as const;
  await expect(connectTls(mqttsPort, ca, options)).rejects.toThrow(/protocol version/);
});

test('the service does not start without a certificate that it was told to use, and says why', async () => {
  const files = { tlsCertFile: '/nowhere/cert.pem', tlsKeyFile: '/nowhere/key.pem' };
  await expect(useService({ mqttsPort: 0, ...files })).rejects.toMatchObject({
    code: 'certificate-unusable',
    message: expect.stringContaining('/nowhere/'),
  });
  const { logged } = await useService(files);
  expect(logged.map(({ msg }) => msg)).toContain(
    'TLS_CERT_FILE is not used: set MQTTS_PORT, HTTPS_PORT, or both',
  );
});

test('who speaks something else on the ports with TLS is cut off, and nothing is logged of it', async () => {
  const { mqttsPort, httpsPort, logged, ca } = await useTlsService(await makeCertificate());
  for (const port of [mqttsPort, httpsPort]) {
    const plain = await rawClient(port, { connect: false });
    plain.sendBytes(generate(connectPacket('plain')));
    plain.sendBytes(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    await plain.closed();
    const scanner = connectTcp(port, '127.0.0.1');
    scanner.on('error', () => {});
    onTestFinished(() => void scanner.destroy());
    scanner.end();
    await expect(connectTls(port, '')).rejects.toThrow(/self-signed/);
  }
  expect((await ask(httpsPort, ca, '/health/live')).status).toBe(200);
  expect(logged.filter(({ level }) => level > 30)).toEqual([]);
});

test('bytes that are not HTTP are answered over HTTPS, too', async () => {
  const { httpsPort, ca } = await useTlsService(await makeCertificate());
  const socket = await connectTls(httpsPort, ca);
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  socket.write('nonsense\r\n\r\n');
  await poll(() => socket.closed);
  expect(text).toMatch(/^HTTP\/1\.1 400 /);
});
