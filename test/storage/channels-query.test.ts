import { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { storeEntries } from '../../src/storage/channel-entries-insert.ts';
import { addChannel, readChannels } from '../../src/storage/channels-query.ts';
import { useTestDatabase } from '../support/database.ts';
import { poll } from '../support/poll.ts';
import { CHANNEL, FIELDS, testChannel } from '../support/thingspeak.ts';

test('a channel is read as it was added', async () => {
  const { pool } = await useTestDatabase();
  await addChannel(pool, testChannel({ elevation: 12.5 }));
  const dates = { createdAt: expect.any(Date), updatedAt: expect.any(Date) };
  expect(await readChannels(pool)).toEqual([{ ...testChannel({ elevation: 12.5 }), ...dates }]);
});

test('nodes are told of changes of channels and fields, and not of entries', async () => {
  const { pool, connection } = await useTestDatabase();
  await addChannel(pool, testChannel({ fields: FIELDS.slice(0, 1) }));
  const listener = new Client(connection);
  await listener.connect();
  onTestFinished(() => listener.end());
  const heard: (string | undefined)[] = [];
  listener.on('notification', ({ channel, payload }) => heard.push(payload || channel));
  await listener.query('LISTEN thermograph_channels');
  const at = Date.UTC(2020, 1, 1) * 1000;
  const place = { status: null, latitude: null, longitude: null, elevation: null };
  const entry = { ...place, fields: { '1': '1' }, createdAt: at, receivedAt: at, hasOwnTime: false };
  expect(await storeEntries(pool, CHANNEL, [entry])).toMatchObject({
    outcomes: [1],
  });
  await pool.query("NOTIFY thermograph_channels, 'after the entry'");
  await pool.query("UPDATE channels SET name = 'another'");
  await pool.query("NOTIFY thermograph_channels, 'after the name'");
  await pool.query("UPDATE channel_fields SET label = 'another'");
  await poll(() => heard.length === 4);
  expect(heard).toEqual([
    'after the entry',
    'thermograph_channels',
    'after the name',
    'thermograph_channels',
  ]);
});

test('entries of a channel that is gone are not stored', async () => {
  const { pool } = await useTestDatabase();
  const place = { status: null, latitude: null, longitude: null, elevation: null };
  const entry = { ...place, fields: {}, createdAt: 1, receivedAt: 1, hasOwnTime: true };
  expect(await storeEntries(pool, 1, [entry])).toBe('channel-gone');
});
