import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createChannelFile } from '../../src/storage/channel-file.ts';
import type { StoredChannel } from '../../src/storage/channels-query.ts';
import { useFolder } from '../support/program.ts';
import { READ_KEY, testChannel, WRITE_KEY } from '../support/thingspeak.ts';

const DATES = { createdAt: new Date('2020-01-01T00:00:00Z'), updatedAt: new Date('2020-01-02T00:00:00Z') };
const CHANNELS: readonly StoredChannel[] = [
  { ...testChannel(), ...DATES },
  { ...testChannel({ id: 7, description: null, isPublic: false, latitude: null, fields: [] }), ...DATES },
];

test('what was written is read again, and is for its owner alone', async () => {
  const path = join(await useFolder(), 'channels.json');
  const file = createChannelFile(path);
  expect(await file.read()).toBeUndefined();
  await file.write(CHANNELS);
  expect(await file.read()).toEqual(CHANNELS);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const text = await readFile(path, 'utf8');
  expect(text).not.toContain(WRITE_KEY);
  expect(text).not.toContain(READ_KEY);
});

test('of several that are written at once the last one is read', async () => {
  const file = createChannelFile(join(await useFolder(), 'channels.json'));
  await Promise.all([file.write(CHANNELS), file.write([]), file.write(CHANNELS.slice(1))]);
  expect(await file.read()).toEqual(CHANNELS.slice(1));
});

const ROW: Record<string, unknown> = JSON.parse(
  JSON.stringify({ ...CHANNELS[0], writeKeyHash: 'A'.repeat(43), readKeyHash: 'A'.repeat(43) }),
);

test('a row that makes sense is read', async () => {
  const path = join(await useFolder(), 'channels.json');
  await writeFile(path, JSON.stringify([ROW]));
  expect(await createChannelFile(path).read()).toHaveLength(1);
});

test.each([
  { writeKeyHash: 'short' },
  { readKeyHash: null },
  { id: '1' },
  { createdAt: 'yesterday' },
  { fields: [{ field: 1, station: 'outside' }] },
  { latitude: 'north' },
  { description: 1 },
])('a file with a row of %j makes no sense, and is none', async (mistake) => {
  const path = join(await useFolder(), 'channels.json');
  await writeFile(path, JSON.stringify([{ ...ROW, ...mistake }]));
  expect(await createChannelFile(path).read()).toBeUndefined();
});
