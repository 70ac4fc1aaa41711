import { beforeEach, expect, test } from 'vitest';
import { insertRejected } from '../../src/storage/rejected-insert.ts';
import type { RejectReason } from '../../src/telemetry/reading.ts';
import { runCli, runHere, runJson } from '../support/cli.ts';
import { type TestDatabase, useTestDatabase } from '../support/database.ts';
import { startOn } from '../support/service.ts';

const CAME = Date.UTC(2026, 10, 22, 10) * 1000;

let database: TestDatabase;
let env: { DATABASE_URL: string };
beforeEach(async () => {
  database = await useTestDatabase();
  env = { DATABASE_URL: database.url };
});

/** As if they came a second after each other. */
async function keep(
  ...messages: readonly (readonly [topic: string, payload: string | Buffer, reason: RejectReason])[]
) {
  await insertRejected(
    database.pool,
    messages.map(([topic, payload, reason], index) => {
      const receivedAt = CAME + index * 1_000_000;
      return {
        message: {
          topic,
          payload: Buffer.from(payload),
          qos: 1,
          clientId: 'board',
          receivedAt,
          firstReceivedAt: receivedAt,
        },
        rejections: [{ reason, detail: `why of ${index + 1}` }],
      };
    }),
  );
}

async function readings(): Promise<readonly string[]> {
  const { rows } = await database.pool.query<{ text: string }>(`
    SELECT station || ':' || metric || ' ' || value || ' ' || to_char(measured_at AT TIME ZONE 'UTC', 'MM-DD HH24:MI:SS')
      || ' ' || to_char(received_at AT TIME ZONE 'UTC', 'HH24:MI:SS') AS text
    FROM readings JOIN series ON series.id = series_id JOIN stations ON stations.id = station_id ORDER BY 1`);
  return rows.map(({ text }) => text);
}

async function left(): Promise<readonly string[]> {
  const { rows } = await database.pool.query<{ text: string }>(
    `SELECT id || ' ' || reason AS text FROM rejected_messages ORDER BY id`,
  );
  return rows.map(({ text }) => text);
}

test('rejected messages are listed by reason, the newest first, and shown whole', async () => {
  await keep(
    ['stations/outside/temperature', 'warm', 'value-not-a-number'],
    ['home/\u202E\u001B[31mred', Buffer.of(0xff, 0x00), 'topic-unknown'],
  );
  const listed = await runJson<{ reasons: object; rejected: object[] }>(['rejected', 'list'], env);
  expect(listed.reasons).toEqual({ 'topic-unknown': 1, 'value-not-a-number': 1 });
  expect(listed.rejected).toMatchObject([
    { id: 2, payload: { base64: '/wA=' } },
    { id: 1, receivedAt: '2026-11-22T10:00:00.000Z', payload: { text: 'warm' }, clientId: 'board', qos: 1 },
  ]);
  const { stdout } = await runCli(['rejected', 'list', '--reason', 'topic-unknown'], env);
  expect(stdout).toMatch(
    /ID +RECEIVED.*\n2 +2026-11-22T10:00:01 +topic-unknown +home\/\u{FFFD}\u{FFFD}\[31mred +why of 2\n$/u,
  );
  const shown = await runCli(['rejected', 'show', '1'], env);
  expect(shown.stdout).toMatch(/Topic +stations\/outside\/temperature\n[^]*Payload +4 bytes\nwarm\n$/);
  const unknown = await runCli(['rejected', 'show', '9'], env);
  expect([unknown.code, unknown.stderr]).toEqual([
    1,
    expect.stringContaining('No rejected message has the number 9'),
  ]);
});

test('what is understood now is stored as of when it came, and taken away; the rest stays, with what is wrong still', async () => {
  await keep(
    ['stations/outside/temperature', '21.5', 'topic-unknown'],
    ['stations/outside/temperature', 'warm', 'value-not-a-number'],
    ['stations/outside', '{"temperature":3,"humidity":"wet"}', 'payload-not-understood'],
  );
  const { code, stdout, stderr } = await runCli(['rejected', 'replay', '--all', '--json'], env);
  expect(code).toBe(3);
  expect(stderr).toContain('Still rejected, in whole or in part: 2 (value-not-a-number 2).');
  expect(JSON.parse(stdout)).toEqual({
    messages: 3,
    replayed: 1,
    stored: 2,
    duplicates: 0,
    stillRejected: 2,
    reasons: { 'value-not-a-number': 2 },
  });
  expect(await readings()).toEqual([
    'outside:temperature 21.5 11-22 10:00:00 10:00:00',
    'outside:temperature 3 11-22 10:00:02 10:00:02',
  ]);
  expect(await left()).toEqual(['2 value-not-a-number', '3 value-not-a-number']);
  const again = await runCli(['rejected', 'replay', '--all', '--json'], env);
  expect(JSON.parse(again.stdout)).toMatchObject({ messages: 2, replayed: 0, stored: 0, duplicates: 1 });
  expect(await readings()).toHaveLength(2);
});

test('times without a zone are taken for those of the zone that is told, and a wrong topic for the right one', async () => {
  await keep(
    ['stations/outside/temperature', '{"value":1,"time":"2026-11-20T12:00:00"}', 'time-without-zone'],
    ['home/garden/temp', '7', 'topic-unknown'],
    ['home/garden/temp', '8', 'topic-unknown'],
  );
  const zone = ['rejected', 'replay', '--reason', 'time-without-zone', '--time-zone', 'Europe/Paris'];
  expect(await runJson(zone, env)).toMatchObject({ messages: 1, replayed: 1, stored: 1 });
  const topic = ['rejected', 'replay', '--topic', 'home/garden/temp', '--as', 'stations/garden/temperature'];
  const dry = await runCli([...topic, '--dry-run'], env);
  expect(dry.stdout).toBe('Of 2 messages 2 would be understood, with 2 readings. Nothing was stored.\n');
  expect(await left()).toHaveLength(2);
  expect(await runJson([...topic, '--id', '3'], env)).toMatchObject({ messages: 1, replayed: 1, stored: 1 });
  expect(await readings()).toEqual([
    'garden:temperature 8 11-22 10:00:02 10:00:02',
    'outside:temperature 1 11-20 11:00:00 10:00:00',
  ]);
  expect(await left()).toEqual(['2 topic-unknown']);
});

test('what a running service could not understand is replayed beside it', async () => {
  const running = await startOn(database);
  const answer = await fetch(`${running.url}/api/stations/outside/readings?metric=temperature`, {
    method: 'POST',
    body: '{"value":21.5,"time":"2026-11-20T12:00:00"}',
  });
  expect(answer.status).toBe(422);
  const args = ['rejected', 'replay', '--all', '--time-zone', 'UTC'];
  expect(await runJson(args, env)).toMatchObject({ replayed: 1, stored: 1 });
  const { readings: found } = (await (
    await fetch(`${running.url}/api/stations/outside/readings?metric=temperature`)
  ).json()) as { readings: object[] };
  expect(found).toMatchObject([{ measuredAt: '2026-11-20T12:00:00.000Z', value: 21.5 }]);
});

test('messages of ThingSpeak channels stay as they are, under their own reason', async () => {
  await keep(['channels/7/publish', 'field9=1', 'channel-field']);
  const { stdout } = await runCli(['rejected', 'replay', '--all', '--json'], env);
  expect(JSON.parse(stdout)).toMatchObject({ stored: 0, reasons: { 'channel-field': 1 } });
  expect(await left()).toEqual(['1 channel-field']);
});

test.each([
  [['rejected', 'replay'], 'Which ones? Give --id'],
  [['rejected', 'replay', '--all', '--id', '1'], 'Which ones? Give --id'],
  [['rejected', 'replay', '--id', 'x'], '"x" is not the number of a rejected message'],
  [['rejected', 'replay', '--all', '--as', 'garden/temp'], '--as must be a topic of readings'],
  [
    ['rejected', 'replay', '--all', '--time-zone', 'Mars'],
    '--time-zone "Mars" is not the name of a time zone',
  ],
  [['rejected', 'list', '--limit', '0'], '--limit must be a whole number from 1 to 10000'],
  [['rejected', 'show'], 'ID'],
])('%j is refused: %s', async (args, mistake) => {
  const { code, stderr } = await runHere(args, {});
  expect(code).toBe(2);
  expect(stderr).toContain(mistake);
});

test('times that were ahead only of our own clock are understood when it has caught up, and others not', async () => {
  const far = new Date(Date.now() + 86_400_000).toISOString();
  await keep(
    ['stations/outside', '[{"t":1,"time":"2026-11-22T11:00:00Z"},{"t":2}]', 'time-in-future'],
    ['stations/outside', `{"t":3,"time":"${far}"}`, 'time-in-future'],
  );
  const { code } = await runCli(['rejected', 'replay', '--reason', 'time-in-future'], env);
  expect(code).toBe(3);
  expect(await readings()).toEqual([
    'outside:t 1 11-22 11:00:00 10:00:00',
    'outside:t 2 11-22 10:00:00 10:00:00',
  ]);
  expect(await left()).toEqual(['2 time-in-future']);
});
