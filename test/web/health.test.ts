import { createServer, type AddressInfo, type Socket } from 'node:net';
import { Pool } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { useTestDatabase } from '../support/database.ts';
import { useWeb } from '../support/web.ts';

test('the service is ready while the database answers and the broker listens', async () => {
  const { pool } = await useTestDatabase();
  const web = await useWeb({ pool });
  const { status, body } = await web.ask('/health/ready');
  expect(status).toBe(200);
  expect(body).toStrictEqual({
    status: 'ready',
    checks: {
      database: { ok: true },
      broker: { ok: true },
      storing: { ok: true, state: 'storing' },
      spool: { ok: true, messages: 0, bytes: 0 },
    },
  });
});

test('the service is not ready while the broker does not listen', async () => {
  const { pool } = await useTestDatabase();
  const web = await useWeb({ pool });
  web.setBrokerListening(false);
  const { status, body } = await web.ask('/health/ready');
  expect(status).toBe(503);
  expect(body).toMatchObject({
    status: 'not-ready',
    checks: { database: { ok: true }, broker: { ok: false } },
  });
});

test('the service is not ready while neither database nor spool take readings, and says why', async () => {
  const { pool } = await useTestDatabase();
  const web = await useWeb({ pool });
  web.setStoring({
    state: 'stalled',
    databaseProblem: 'cannot execute INSERT in a read-only transaction',
    spoolProblem: 'it is full',
    spooledMessages: 12,
    spooledBytes: 3_456,
  });
  const { status, body } = await web.ask('/health/ready');
  expect(status).toBe(503);
  expect(body.checks).toStrictEqual({
    database: { ok: false, problem: 'cannot execute INSERT in a read-only transaction' },
    broker: { ok: true },
    storing: { ok: false, state: 'stalled' },
    spool: { ok: false, problem: 'it is full', messages: 12, bytes: 3_456 },
  });
});

test('without the database, the service is alive but not ready', async () => {
  const web = await useWeb();
  const { status, body } = await web.ask('/health/ready');
  expect(status).toBe(503);
  expect(body.checks.database.ok).toBe(false);
  expect((await web.ask('/health/live')).status).toBe(200);
});

test('a database that takes connections but never answers makes no check wait, however many ask', async () => {
  const { port, connections } = await useSilentServer();
  const pool = new Pool({ host: '127.0.0.1', port, max: 5 });
  const web = await useWeb({ pool });
  const replies = await Promise.all(Array.from({ length: 20 }, () => web.ask('/health/ready')));
  expect(new Set(replies.map(({ status }) => status))).toStrictEqual(new Set([503]));
  expect(connections(), 'they share one check').toBe(1);
});

/** Listens, and says nothing. */
async function useSilentServer(): Promise<{ port: number; connections: () => number }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => {});
    sockets.push(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, connections: () => sockets.length };
}
