import { expect, test } from 'vitest';
import { CHANNEL, READ_KEY, testChannel, useThingSpeak, WRITE_KEY } from '../../support/thingspeak.ts';

const update = (query: string): string => `/update?api_key=${WRITE_KEY}&${query}`;

/** Those of ThingSpeak's doors that are not 0, without what their names begin with. */
function counted(counters: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(counters)
      .filter(([name, count]) => name.startsWith('thingspeak_') && count > 0)
      .map(([name, count]) => [name.slice('thingspeak_'.length), count]),
  );
}

test('entries are counted, and those that came again', async () => {
  const { get, post, service } = await useThingSpeak();
  await get(update('field1=1'));
  const timed = update('field1=2&created_at=2020-03-01T10:00:00Z');
  await get(timed);
  await get(timed);
  const updates = ['2020-03-01T10:00:00Z,2', '2020-03-01T10:01:00Z,3', '2020-03-01T10:02:00Z,4'].join('|');
  const bulk = new URLSearchParams({ write_api_key: WRITE_KEY, time_format: 'absolute', updates });
  expect((await post(`/channels/${CHANNEL}/bulk_update.csv`, bulk)).status).toBe(202);
  expect(counted(service.counters())).toEqual({ entries_stored: 4, entries_duplicate: 2 });
});

test('what is refused is counted by its reason', async () => {
  const { get, post, service, database } = await useThingSpeak({ channels: [{ isPublic: false }] });
  await get('/update?field1=1');
  await get('/update?api_key=wrong&field1=1');
  await get(update('field1=a%00b'));
  await get(update('field1=1&created_at=2020-03-01T10:00:00Z'));
  await get(update('field1=2&created_at=2020-03-01T10:00:00Z'));
  await post('/update', '{');
  // Of what readers ask, only their keys count.
  await get(`/channels/${CHANNEL}/feeds.json`);
  await get(`/channels/${CHANNEL}/feeds.json?api_key=wrong`);
  await get(`/channels/${CHANNEL}/feeds.json?api_key=${READ_KEY}&results=many`);
  await get('/channels/1/feeds.json');
  await database.pool.query('ALTER TABLE channel_entries RENAME TO aside');
  await get(update('field1=3'));
  expect(counted(service.counters())).toEqual({
    entries_stored: 1,
    refused_key_missing: 2,
    refused_key_unknown: 2,
    refused_content: 2,
    refused_conflict: 1,
    refused_unavailable: 1,
  });
});

test('what comes too often is counted as that', async () => {
  const { get, service } = await useThingSpeak({ config: { wrongSecretsPerMinute: 1 } });
  await get('/update?api_key=wrong&field1=1');
  await get('/update?api_key=wrong&field1=1');
  expect(counted(service.counters())).toEqual({ refused_key_unknown: 1, refused_too_many: 1 });
});

test('numbers in fields that a channel does not map are counted, and told once for each field', async () => {
  const service = await useThingSpeak({ channels: [{}, { id: 1, writeKeyHash: testChannel().readKeyHash }] });
  for (let round = 0; round < 3; round += 1) await service.get(update('field1=1&field3=2&field4=dry'));
  await service.get(update('field8=1'));
  await service.get(`/update?api_key=${READ_KEY}&field3=2`);
  expect(service.logged.filter(({ msg }) => msg.includes('does not map'))).toMatchObject([
    { channel: CHANNEL, field: 3 },
    { channel: CHANNEL, field: 8 },
    { channel: 1, field: 3 },
  ]);
  expect(counted(service.service.counters())).toEqual({ entries_stored: 5, values_unmapped: 5 });
});

test('what a board does wrong is counted each time, and told once in a while', async () => {
  const service = await useThingSpeak();
  for (let round = 0; round < 3; round += 1) await service.get(update('field1=1&field221.06&created_at=x'));
  expect(service.logged.filter(({ msg }) => msg.startsWith('a board sends'))).toHaveLength(2);
  expect(counted(service.service.counters())).toEqual({ entries_stored: 3, notices: 6 });
});

test('a channel with an id of ten digits is written and read', async () => {
  const { get } = await useThingSpeak({ channels: [{ id: 2_147_483_647 }] });
  await get(update('field1=5'));
  expect((await get('/channels/2147483647/fields/1/last')).text).toBe('5');
});
