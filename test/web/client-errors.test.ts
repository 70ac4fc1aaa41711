import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { poll } from '../support/poll.ts';
import { useWeb } from '../support/web.ts';

const HEALTH = 'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n';

/** Sends pieces, each when something has come back for the one before; resolves once the service has closed the connection. */
function send(url: string, ...pieces: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const left = [...pieces];
    let answer = '';
    const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1' });
    const sendNext = (): void => void (left.length > 0 && socket.write(left.shift()!));
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer += text;
      sendNext();
    });
    socket.on('connect', sendNext).on('error', () => {});
    socket.on('close', () => resolve(answer));
  });
}

/** Of each answer. */
const statuses = (text: string): readonly number[] =>
  [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));

test('bytes too many behind a whole request do not take its answer away, and end the connection', async () => {
  const { url } = await useWeb();
  expect(statuses(await send(url, `${HEALTH}field1=7`))).toEqual([200]);
  expect(statuses(await send(url, `${HEALTH}${HEALTH}\0\0${HEALTH}`))).toEqual([200, 200]);
});

test('bytes that come when all is answered are refused', async () => {
  const { url } = await useWeb();
  expect(statuses(await send(url, HEALTH, 'field1=7'))).toEqual([200, 400]);
});

test('whoever goes on and on behind a request that is never answered to its end is cut off', async () => {
  const { url } = await useWeb();
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1' });
  let isClosed = false;
  socket.on('error', () => {}).on('close', () => (isClosed = true));
  socket.write('GET /api/live HTTP/1.1\r\nHost: x\r\n\r\n');
  let answer = '';
  socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
  await poll(() => answer.includes('text/event-stream'));
  const junk = Buffer.alloc(64 * 1024);
  await poll(() => {
    socket.write(junk);
    return isClosed;
  });
});

test('what is wrong within a request is refused', async () => {
  const { url } = await useWeb();
  const head =
    'POST /api/stations/outside/readings HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n';
  expect(statuses(await send(url, `${head}no size\r\n`))).toEqual([400]);
});
