import { text as readText } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { createSecret, hashSecret } from '../../../src/access/credential.ts';
import { addCredential } from '../../../src/storage/credentials-query.ts';
import { connectTls, makeCertificate, useCertificateFiles } from '../../support/certificate.ts';
import { useTestDatabase } from '../../support/database.ts';
import { CHANNEL, READ_KEY, readAsArduino, useThingSpeak, WRITE_KEY } from '../../support/thingspeak.ts';

const LAST = `/channels/${CHANNEL}/fields/1/last.txt`;

test("the first owner's page shows degrees Fahrenheit with nothing changed but the host", async () => {
  const { url, get } = await useThingSpeak();
  await get(`/update/API_key=${WRITE_KEY}/mac=6c:rf:7f:2b:0e:g8/field=1/data=21.06`);
  const showOutside = async (host: string): Promise<string> => {
    const response = await fetch(`${host}/channels/254616/fields/1/last.txt`);
    const celsius = Number.parseFloat(await response.text());
    return `${Math.round((celsius * 9) / 5 + 32)} °F`;
  };
  expect(await showOutside(url)).toBe('70 °F');
});

test('the same page is answered with TLS, under a name of its own', async () => {
  const certificate = await makeCertificate();
  const { files } = await useCertificateFiles(certificate);
  const { service, get } = await useThingSpeak({ config: { httpsPort: 0, ...files } });
  await get(`/update/API_key=${WRITE_KEY}/mac=6c:rf:7f:2b:0e:g8/field=1/data=21.06`);
  const socket = await connectTls(service.https!.port, certificate.cert);
  socket.write(`GET ${LAST} HTTP/1.0\r\nHost: localhost\r\n\r\n`);
  expect(readAsArduino(await readText(socket))).toEqual({ status: 200, body: '21.06' });
});

test('a board that polls a field compares the whole reply', async () => {
  const { get, exchange } = await useThingSpeak();
  await get(`/update?api_key=${WRITE_KEY}&field2=1`);
  const reply = await exchange(
    `GET /channels/${CHANNEL}/fields/2/last HTTP/1.0\r\nHost: api.thingspeak.com\r\n\r\n`,
  );
  expect(reply.slice(reply.indexOf('\r\n\r\n') + 4) === '1').toBe(true);
});

test('where pages are private, so are channels', async () => {
  const { get } = await useThingSpeak({ config: { isPrivate: true } });
  await get(`/update?api_key=${WRITE_KEY}&field1=5`);
  expect(await get(LAST)).toMatchObject({ status: 401, text: '-1' });
  const { status, text, headers } = await get(`${LAST}?api_key=${READ_KEY}`);
  expect([status, text, headers.get('access-control-allow-origin')]).toEqual([200, '5', null]);
});

test('a credential that reads all stations of a channel reads the channel', async () => {
  const database = await useTestDatabase();
  const add = async (name: string, filters: readonly string[]): Promise<Record<string, string>> => {
    const secret = createSecret();
    await addCredential(database.pool, { kind: 'integrator', name, filters, secretHash: hashSecret(secret) });
    return { authorization: `Bearer ${secret}` };
  };
  const all = await add('grafana', ['live/#']);
  const part = await add('shed', ['live/outside/#']);
  const { get } = await useThingSpeak({ database, channels: [{ isPublic: false }] });
  await get(`/update?api_key=${WRITE_KEY}&field1=5`);
  expect((await get(LAST, all)).text).toBe('5');
  expect((await get(LAST, part)).text).toBe('-1');
});

test('whoever tries many keys has to wait; the right key is let in all the same', async () => {
  const { get } = await useThingSpeak({ config: { wrongSecretsPerMinute: 3 } });
  const statuses: number[] = [];
  for (let round = 0; round < 4; round += 1)
    statuses.push((await get('/update?api_key=wrong&field1=1')).status);
  expect(statuses).toEqual([401, 401, 401, 429]);
  expect((await get(`/update?api_key=${WRITE_KEY}&field1=1`)).text).toBe('1');
});

test('HTTP_MAX_WRITES_PER_SECOND bounds updates by GET as it does posts', async () => {
  const { get } = await useThingSpeak({ config: { httpMaxWritesPerSecond: 1 } });
  const replies = await Promise.all(
    Array.from({ length: 6 }, () => get(`/update?api_key=${WRITE_KEY}&field1=1`)),
  );
  const refused = replies.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]).toMatchObject({ text: '0' });
  expect(refused[0]!.headers.get('retry-after')).not.toBeNull();
});
