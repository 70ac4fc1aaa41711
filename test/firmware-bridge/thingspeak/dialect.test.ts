import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDialect } from '../../../firmware-bridge/thingspeak/dialect.ts';
import type { KnownChannels } from '../../../src/storage/channel-store.ts';
import type { Decoded } from '../../../src/telemetry/decode.ts';
import { CHANNEL, testChannel } from '../../support/thingspeak.ts';

const NOW = Date.UTC(2026, 10, 22, 12) * 1000;
const PUBLISH = `channels/${CHANNEL}/publish`;

const channel = { ...testChannel(), createdAt: new Date(0), updatedAt: new Date(0) };
const dialect = createDialect({
  isKnown: () => true,
  find: (id) => (id === CHANNEL ? channel : undefined),
} as Partial<KnownChannels> as KnownChannels);

function read(topic: string, payload: string | Uint8Array): Decoded {
  const bytes = Buffer.from(payload);
  const times = { receivedAt: NOW, firstReceivedAt: NOW - 5_000_000 };
  const decoded = dialect({ topic, payload: bytes, qos: 1, clientId: null, ...times });
  if (decoded === undefined || 'notYet' in decoded) throw new Error('it is not read');
  return decoded;
}

test('several values at once are an entry and readings, of the time of the first receipt', () => {
  const { update, ...rest } = read(PUBLISH, 'field1=21.5&field2=NaN&field3=7&lat=45.5&status=well+done%21');
  const when = { measuredAt: NOW - 5_000_000, hasOwnTime: false };
  expect(rest).toEqual({
    station: null,
    status: null,
    rejections: [],
    readings: [{ station: 'outside', metric: 'temperature', value: 21.5, unit: undefined, ...when }],
  });
  expect(update).toEqual({
    channelId: CHANNEL,
    mistakes: [],
    entry: {
      fields: { '1': '21.5', '2': 'NaN', '3': '7' },
      status: 'well done!',
      latitude: '45.5',
      longitude: null,
      elevation: null,
      createdAt: NOW - 5_000_000,
      hasOwnTime: false,
      receivedAt: NOW,
    },
  });
});

test('one value by itself is taken as it is', () => {
  expect(read(`${PUBLISH}/fields/field2`, ' 19%20 \r\n').update?.entry.fields).toEqual({ '2': ' 19%20 ' });
  expect(read(`${PUBLISH}/fields/field2`, '19').readings).toMatchObject([{ station: 'inside', value: 19 }]);
});

test('a time of its own is that of its readings', () => {
  const { readings, update } = read(PUBLISH, 'field1=1&created_at=2026-11-22T11:00:00Z');
  const own = { hasOwnTime: true };
  expect(readings).toMatchObject([{ ...own, measuredAt: NOW - 3_600_000_000 }]);
  expect(update?.entry).toMatchObject({ ...own, createdAt: NOW - 3_600_000_000 });
});

test('what is wrong beside an entry is said with it', () => {
  const { update } = read(PUBLISH, 'field1=1&field221.06&created_at=yesterday');
  expect(update?.mistakes).toMatchObject([
    { facts: { parameter: '"field221.06"' } },
    { facts: { createdAt: '"yesterday"' } },
  ]);
  expect(update?.entry.hasOwnTime).toBe(false);
});

test.each([
  [PUBLISH, 'hello', 'value-missing'],
  [PUBLISH, 'field9=1', 'value-missing'],
  [PUBLISH, '{"field1":', 'payload-not-understood'],
  [PUBLISH, 'field1=a%00b', 'payload-not-understood'],
  [PUBLISH, `field1=${'x'.repeat(256)}`, 'value-too-long'],
  [PUBLISH, Buffer.from([0xff, 0xfe]), 'payload-not-utf8'],
  [PUBLISH, `field1=1&x=${'x'.repeat(65_536)}`, 'payload-too-large'],
  [`${PUBLISH}/fields/field9`, '1', 'channel-field'],
  [`${PUBLISH}/fields/field01`, '1', 'channel-field'],
  ['channels/1/publish', 'field1=1', 'channel-unknown'],
])('%s with %s is refused as %s', (topic, payload, reason) => {
  const { rejections, readings, update } = read(topic, payload);
  expect(rejections).toMatchObject([{ reason, detail: expect.any(String) }]);
  expect([readings, update]).toEqual([[], undefined]);
});

test('of a refused message the detail names the "=" that is missing', () => {
  expect(read(PUBLISH, 'field121.06').rejections[0]?.detail).toContain('write field1=21.06, not field121.06');
});

test('an empty payload says nothing', () => {
  expect(read(PUBLISH, '')).toEqual({ station: null, readings: [], rejections: [], status: null });
});

test('a series that can not be is no reading, and its entry is kept', () => {
  const fields = [
    { field: 1, station: 'out side', metric: 'temperature', label: '' },
    { field: 2, station: 'inside', metric: 'status', label: '' },
    { field: 3, station: 'inside', metric: 'humidity', label: '' },
  ];
  const known = { isKnown: () => true, find: () => ({ ...channel, fields }) };
  const message = { topic: PUBLISH, payload: Buffer.from('field1=1&field2=2&field3=3'), qos: 1 as const };
  const times = { clientId: null, receivedAt: NOW, firstReceivedAt: NOW };
  expect(
    createDialect(known as Partial<KnownChannels> as KnownChannels)({ ...message, ...times }),
  ).toMatchObject({
    update: { entry: { fields: { '1': '1', '2': '2', '3': '3' } } },
    readings: [{ metric: 'humidity', value: 3 }],
    rejections: [{ reason: 'station-name' }, { reason: 'metric-name' }],
  });
});

test('a topic of others, or one that still holds a key, is not its own', () => {
  for (const topic of ['stations/a/t', 'channels/x/publish', `${PUBLISH}/KEY`]) {
    const message = { topic, payload: Buffer.from('1'), qos: 1 as const, clientId: null };
    expect(dialect({ ...message, receivedAt: NOW, firstReceivedAt: NOW })).toBeUndefined();
  }
});

test('no bytes make it throw, and none but no bytes say nothing', () => {
  const pair = fc.tuple(
    fc.constantFrom('field1', '2', 'status', 'created_at', 'timezone', 'lat'),
    fc.string(),
  );
  const form = fc.array(pair).map((pairs) => Buffer.from(String(new URLSearchParams(pairs))));
  const json = fc.object().map((value) => Buffer.from(JSON.stringify(value)));
  const topic = fc.constantFrom(PUBLISH, `${PUBLISH}/fields/field1`, `${PUBLISH}/fields/field0`);
  fc.assert(
    fc.property(topic, fc.oneof(form, json, fc.uint8Array(), fc.string().map(Buffer.from)), (on, bytes) => {
      const { update, rejections, readings } = read(on, Buffer.from(bytes));
      expect(update !== undefined || rejections.length > 0 || bytes.length === 0).toBe(true);
      for (const { measuredAt, value } of readings) {
        expect(Number.isSafeInteger(measuredAt)).toBe(true);
        expect(Number.isFinite(value)).toBe(true);
      }
    }),
    { numRuns: 2_000 },
  );
});
