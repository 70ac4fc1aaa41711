import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type KnownEntry, placeEntries } from '../../src/storage/channel-entry-places.ts';
import type { ChannelEntry } from '../../src/telemetry/channel-entry.ts';

const NOON = Date.UTC(2020, 2, 1, 12) * 1_000_000;
const NOTHING = { status: null, latitude: null, longitude: null, elevation: null };

function entry(fields: Record<string, string>, more: Partial<ChannelEntry> = {}): ChannelEntry {
  return { ...NOTHING, fields, createdAt: NOON, hasOwnTime: true, receivedAt: NOON, ...more };
}

function stored(fields: Record<string, string>, more: Partial<KnownEntry> = {}): Map<number, KnownEntry> {
  return new Map([[NOON, { ...NOTHING, entryId: 7, fields, ...more }]]);
}

test('other fields of the same time go into the entry that is there', () => {
  const { outcomes, added, changed } = placeEntries([entry({ '2': '19' })], stored({ '1': '21' }), 9);
  expect(outcomes).toEqual([7]);
  expect(added.size).toBe(0);
  expect(changed.get(7)!.fields).toEqual({ '1': '21', '2': '19' });
});

test('what repeats a part of the entry changes nothing', () => {
  const known = stored({ '1': '21', '2': '19' }, { status: 'well' });
  const repeated = [entry({ '2': '19' }), entry({ '1': '21' }, { status: 'well' }), entry({ '1': '21' })];
  const { outcomes, added, changed } = placeEntries(repeated, known, 9);
  expect([outcomes, added.size, changed.size]).toEqual([[7, 7, 7], 0, 0]);
});

test.each([
  [entry({ '1': '22', '2': '19' })],
  [entry({ '2': '19' }, { status: 'ill' })],
  [entry({ '2': '19' }, { latitude: '45.6' })],
])(
  'another value of the same field, status or place is a conflict, and nothing of it is taken: %j',
  (other) => {
    const known = stored({ '1': '21' }, { status: 'well', latitude: '45.5' });
    const { outcomes, added, changed } = placeEntries([other, entry({})], known, 9);
    expect([outcomes, added.size, changed.size]).toEqual([['conflict', 7], 0, 0]);
  },
);

test('entries without a time of their own are new, and numbers have no gap', () => {
  const entries = [
    entry({ '1': '21' }, { hasOwnTime: false }),
    entry({ '1': '5' }),
    entry({ '1': '21' }, { hasOwnTime: false }),
    entry({ '2': '6' }),
  ];
  const { outcomes, added } = placeEntries(entries, new Map(), 9);
  expect(outcomes).toEqual([10, 11, 12, 11]);
  expect([...added].map(([id, { fields }]) => [id, fields])).toEqual([
    [10, { '1': '21' }],
    [11, { '1': '5', '2': '6' }],
    [12, { '1': '21' }],
  ]);
});

test('in whatever order boards write their fields, and however often, one entry holds all of them', () => {
  const fields = fc.dictionary(fc.constantFrom('1', '2', '3', '4', '5', '6', '7', '8'), fc.string());
  fc.assert(
    fc.property(fields, fc.infiniteStream(fc.nat()), (all, random) => {
      const parts = Object.entries(all).map(([field, value]) => entry({ [field]: value }));
      const shuffled = [...parts, ...parts]
        .map((part) => ({ part, rank: random.next().value }))
        .toSorted((one, other) => one.rank - other.rank)
        .map(({ part }) => part);
      const { outcomes, added } = placeEntries(shuffled, new Map(), 0);
      expect(new Set(outcomes)).toEqual(new Set(parts.length === 0 ? [] : [1]));
      expect([...added.values()].map((one) => one.fields)).toEqual(parts.length === 0 ? [] : [all]);
    }),
  );
});
