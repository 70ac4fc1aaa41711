import { connect } from 'node:net';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { createFailureLog } from '../../src/web/failure-log.ts';
import { poll } from '../support/poll.ts';
import { useWeb } from '../support/web.ts';

test('what was pipelined on a connection that is reset makes no errors, and others are served', async () => {
  const logged: unknown[] = [];
  const log = pino({ level: 'warn' }, { write: (line) => void logged.push(JSON.parse(line)) });
  const { url } = await useWeb({}, { log });
  for (let round = 0; round < 20; round += 1) {
    const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1' });
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => {});
    const request = 'POST /login HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer wrong\r\n\r\n';
    await new Promise<void>((resolve) => {
      socket.write(request.repeat(200), () => {
        socket.resetAndDestroy();
        resolve();
      });
    });
  }
  await poll(async () => (await fetch(`${url}/health/live`)).ok);
  expect(logged).toEqual([]);
});

test('failures that nobody foresaw are said ten times a minute, and then summed up', () => {
  const lines: { msg: string; requests?: number; path?: string }[] = [];
  const log = pino({ level: 'error' }, { write: (line) => void lines.push(JSON.parse(line)) });
  let now = 0;
  const say = createFailureLog(() => now);
  const request = { log, url: '/api/stations?secret=x' } as unknown as Parameters<typeof say>[0];
  for (let index = 0; index < 1_000; index += 1) say(request, new Error('boom'));
  expect(lines).toHaveLength(10);
  expect(lines[0]).toMatchObject({ msg: 'a request failed', path: '/api/stations' });
  now = 60_001;
  say(request, new Error('again'));
  expect(lines.slice(10)).toMatchObject([{ requests: 990 }, { msg: 'a request failed' }]);
});
