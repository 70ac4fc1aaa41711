import { expect, test } from 'vitest';
import { poll } from '../support/poll.ts';
import { useFolder } from '../support/program.ts';
import { rawClient } from '../support/raw-client.ts';

import { startOn, useService } from '../support/service.ts';

test('a statement that never returns does not keep the service from stopping, and what it was to store is in the spool', async () => {
  const dataDir = await useFolder();
  const { service, mqttPort, database } = await useService({ dataDir });
  const station = await rawClient(mqttPort);
  const publish = {
    cmd: 'publish',
    topic: 'stations/a/t',
    qos: 1,
    dup: false,
    retain: false,
  } as const;
  station.send({ ...publish, payload: '1', messageId: 1 });
  await station.waitFor((received) => received.some(({ cmd }) => cmd === 'puback'));
  const client = await database.pool.connect();
  await client.query('BEGIN; LOCK TABLE readings IN EXCLUSIVE MODE');
  station.send({ ...publish, payload: '2', messageId: 2 });
  await poll(async () => {
    const { rowCount } = await client.query("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
    return rowCount === 1;
  });
  await service.close();
  await client.query('COMMIT');
  client.release();
  expect(station.received.map(({ cmd }) => cmd)).toEqual(['connack', 'puback', 'puback']);
  await startOn(database, { dataDir });
  const values = async (): Promise<unknown[]> =>
    (await database.pool.query('SELECT value FROM readings ORDER BY value')).rows;
  await poll(async () => (await values()).length > 1);
  expect(await values()).toEqual([{ value: 1 }, { value: 2 }]);
});

test('what is stored while the service stops is acknowledged before its connection ends', async () => {
  const { service, mqttPort, database } = await useService();
  const station = await rawClient(mqttPort);
  const publish = { cmd: 'publish', topic: 'stations/a/t', qos: 1, dup: false, retain: false } as const;
  station.send({ ...publish, payload: '1', messageId: 1 });
  await station.waitFor((received) => received.some(({ cmd }) => cmd === 'puback'));
  const client = await database.pool.connect();
  await client.query('BEGIN; LOCK TABLE readings IN EXCLUSIVE MODE');
  station.send(...[2, 3, 4].map((id) => ({ ...publish, payload: `${id}`, messageId: id })));
  await poll(async () => {
    const { rowCount } = await client.query("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
    return rowCount === 1;
  });
  const closed = service.close();
  // Nearly always too late, and must not cost the others their acknowledgements.
  station.send({ ...publish, payload: '5', messageId: 5 });
  await client.query('COMMIT');
  client.release();
  await closed;
  await station.closed();
  const acknowledged = station.received.flatMap((packet) =>
    packet.cmd === 'puback' ? [packet.messageId] : [],
  );
  expect(acknowledged.slice(0, 4)).toEqual([1, 2, 3, 4]);
  const { rows } = await database.pool.query<{ value: number }>('SELECT value FROM readings ORDER BY value');
  expect(acknowledged, 'and nothing else').toEqual(rows.map(({ value }) => value));
});
