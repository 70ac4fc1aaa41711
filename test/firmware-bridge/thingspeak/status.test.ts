import { expect, test } from 'vitest';
import { hashSecret } from '../../../src/access/credential.ts';
import { deleteChannelEntries } from '../../../src/storage/channel-entries-delete.ts';
import {
  CHANNEL,
  READ_KEY,
  type TestThingSpeak,
  useThingSpeak,
  WRITE_KEY,
} from '../../support/thingspeak.ts';

const UPDATE = `/update?api_key=${WRITE_KEY}&field1=1`;

/** The part of the page that tells of channels, as words; '' if there is none. */
async function told({ get }: TestThingSpeak): Promise<string> {
  const [, section = ''] =
    /<section aria-labelledby="channels-heading">(.*?)<\/section>/s.exec((await get('/status')).text) ?? [];
  return section
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

test('the status page shows each channel with its series, its last entry, and when that came', async () => {
  const other = { id: 7, name: 'Empty', writeKeyHash: hashSecret('another key') };
  const fields = [{ field: 8, station: 'shed', metric: 'humidity', label: '' }];
  const service = await useThingSpeak({ channels: [{}, { ...other, fields }] });
  await service.get(`${UPDATE}&created_at=2020-03-01T10:00:00Z`);
  await service.get(UPDATE);
  const { text } = await service.get('/status');
  const rows = [...text.matchAll(/<tr[^>]*><td[^>]*>(Freetemp|Empty).*?<\/tr>/gs)].map(([row]) => row);
  expect(rows).toHaveLength(2);
  expect(rows[0]).toContain('>never</td>');
  expect(rows[1]).toMatch(/<td[^>]*>2<\/td><td[^>]*><time datetime="20[^"]+" title="[^"]+">/);
  expect(await told(service)).toMatch(
    /^ThingSpeak channels 2 Channel Last entry Came Empty 7 field 8 shed:humidity none never Freetemp 254616 field 1 outside:temperature field 2 inside:temperature 2 (just now|\d+ s ago)$/,
  );
  expect(text).not.toMatch(new RegExp(`${WRITE_KEY}|${READ_KEY}`));
});

test('a last entry that has been deleted is told by its number', async () => {
  const service = await useThingSpeak();
  await service.get(UPDATE);
  await deleteChannelEntries(service.database.pool, Date.now() * 1000 + 1_000_000, 10);
  expect(await told(service)).toContain('inside:temperature 1 long ago');
});

test('the status page shows why boards were refused, and says nothing of channels where there are none', async () => {
  const service = await useThingSpeak({ channels: [] });
  expect(await told(service)).toBe('');
  await service.get('/update?api_key=wrong&field1=1');
  await service.get('/update?field1=1');
  await service.get('/update?field1=1');
  expect(await told(service)).toBe(
    'ThingSpeak channels There is none. Refused since the start Why How often ' +
      'no key was shown, and no login that may write 2 ' +
      'the key was not the channel&#x27;s, or there was no such channel 1',
  );
  await service.database.pool.query('ALTER TABLE channels RENAME TO away');
  expect(await told(service)).toContain('Not known: the database did not answer in time.');
});

test('a channel that a board writes to over MQTT is up to date, too', async () => {
  const service = await useThingSpeak();
  const client = await service.connect();
  await client.publishAsync(`channels/${CHANNEL}/publish/${WRITE_KEY}`, 'field1=1', { qos: 1 });
  expect(await told(service)).toMatch(/inside:temperature 1 (just now|\d+ s ago)$/);
});
