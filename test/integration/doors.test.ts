import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { connectTls, makeCertificate, useCertificateFiles } from '../support/certificate.ts';
import { poll } from '../support/poll.ts';
import { rawClient } from '../support/raw-client.ts';
import { useService } from '../support/service.ts';
import { openWebSocket, type TestWebSocket } from '../support/web-socket.ts';

const PROXIES = ['loopback'];

/** A connection that says nothing. */
async function knock(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {}).resume();
  await once(socket, 'connect');
  return socket;
}

test('connections of MQTT count before their handshake, on both ports together', async () => {
  const certificate = await makeCertificate();
  const { files } = await useCertificateFiles(certificate);
  const { service, mqttPort } = await useService({ mqttsPort: 0, ...files, maxConnections: 3 });
  const silent = await knock(service.mqtts!.port);
  await rawClient(await connectTls(service.mqtts!.port, certificate.cert));
  await rawClient(mqttPort);
  const fourth = await knock(service.mqtts!.port);
  await poll(() => fourth.closed);
  expect(service.counters()).toMatchObject({ connections_over_limit: 1 });
  silent.destroy();
  await poll(async () => {
    const next = await rawClient(mqttPort).catch(() => undefined);
    return next !== undefined;
  });
});

test('HTTP_MAX_CONNECTIONS are open at a time, on both ports together; one more is closed at once, until another has ended', async () => {
  const { files } = await useCertificateFiles(await makeCertificate());
  const { service, url } = await useService({ httpsPort: 0, ...files, httpMaxConnections: 2 });
  const [first] = [await knock(service.http.port), await knock(service.https!.port)];
  const third = await knock(service.http.port);
  await poll(() => third.closed);
  expect(service.counters()).toMatchObject({ http_connections_over_limit: 1 });
  first.destroy();
  await poll(async () => {
    const answer = await fetch(`${url}/health/live`).catch(() => undefined);
    return answer?.status === 200;
  });
});

test.each(['httpMaxConnectionsPerAddress', 'httpMaxConnectsPerSecond'])(
  '%s holds for an address, and not for a trusted proxy',
  async (limit) => {
    const one = await useService({ [limit]: 1 });
    await knock(one.service.http.port);
    // Should the machine be so slow that a second has passed, the next one is refused.
    await poll(async () => {
      const next = await knock(one.service.http.port);
      await Promise.race([once(next, 'close'), new Promise((resolve) => setTimeout(resolve, 200))]);
      return next.closed;
    });
    expect(one.service.counters()).toMatchObject({ http_connections_over_limit: 1 });
    const behind = await useService({ [limit]: 1, trustProxy: PROXIES });
    await knock(behind.service.http.port);
    expect((await fetch(`${behind.url}/health/live`)).status).toBe(200);
  },
);

test('a client over WebSocket counts as one of MQTT, and no longer as one of HTTP', async () => {
  const { service, url, mqttPort } = await useService({ maxConnections: 2, httpMaxConnections: 1 });
  const webSocketUrl = `${url.replace('http', 'ws')}/mqtt`;
  const first = await openWebSocket(webSocketUrl);
  await rawClient(first.stream);
  await rawClient((await openWebSocket(webSocketUrl)).stream);
  const third = await rawClient(mqttPort, { connect: false });
  await third.closed();
  expect(service.counters()).toMatchObject({ connections_over_limit: 1, http_connections_over_limit: 0 });
  // One too many is one of HTTP until it has been closed.
  const fourth = await openWebSocket(webSocketUrl);
  await fourth.closed();
  expect(service.counters()).toMatchObject({ connections_over_limit: 2 });
  first.webSocket.terminate();
  await poll(() => service.gauges()['connected_clients'] === 1);
  await rawClient(mqttPort);
});

test('MQTT over WebSocket counts by the address of the client behind a trusted proxy, and not by that of the proxy', async () => {
  const { service, url } = await useService({ maxConnectionsPerAddress: 1, trustProxy: PROXIES });
  const open = (address?: string): Promise<TestWebSocket> =>
    openWebSocket(`${url.replace('http', 'ws')}/mqtt`, {
      headers: address === undefined ? {} : { 'x-forwarded-for': address },
    });
  for (const address of ['203.0.113.1', '203.0.113.2', undefined, undefined]) {
    await rawClient((await open(address)).stream);
  }
  expect(service.counters()).toMatchObject({ connections_over_limit: 0 });
  await (await open('203.0.113.1')).closed();
  expect(service.counters()).toMatchObject({ connections_over_limit: 1 });
});
