import { expect, test } from 'vitest';
import { createFanOut } from '../../src/live/fan-out.ts';
import { createStations, type Stations } from '../../src/live/stations.ts';
import { lowAndHigh, medianGap, oldestSince } from '../../src/telemetry/series-day.ts';

/** Commits a reading; says whether it is now the newest of its series. */
function commit(
  stations: Stations,
  metric: string,
  value: number,
  measuredAt: number,
  station = 'a',
): boolean {
  return stations.commit(
    { id: 1, station, metric, unit: null },
    { value, measuredAt, receivedAt: measuredAt + 5 },
  );
}

test('the latest reading is the newest by its own time; of two of one time the later committed', () => {
  const stations = createStations([]);
  expect(commit(stations, 't', 3, 300)).toBe(true);
  expect(commit(stations, 't', 1, 100)).toBe(false);
  expect(commit(stations, 't', 4, 300)).toBe(true);
  expect(stations.find('a')?.latest).toMatchObject([{ value: 4, measuredAt: 300 }]);
});

test('what others have stored is taken in where it is newer, and only then', () => {
  const stations = createStations([]);
  commit(stations, 't', 3, 300);
  const row = {
    station: 'a',
    title: null,
    metric: 't',
    unit: null,
    value: 4,
    measuredAt: 300,
    receivedAt: 400,
  };
  const empty = { ...row, station: 'c', metric: null, value: null, measuredAt: null };
  const before = stations.all();
  expect(stations.takeIn([row, { ...row, measuredAt: 299 }, empty])).toBe(false);
  expect(stations.all()).toBe(before);
  expect(
    stations.takeIn([
      { ...row, measuredAt: 301 },
      { ...row, station: 'b', title: 'B' },
    ]),
  ).toBe(true);
  expect(stations.all()).toMatchObject([
    { station: 'a', latest: [{ value: 4, measuredAt: 301 }] },
    { station: 'b', title: 'B', latest: [{ value: 4 }] },
  ]);
});

test('stations are by name, and their temperature comes first', () => {
  const stations = createStations([]);
  commit(stations, 'humidity', 1, 1, 'b');
  commit(stations, 'temperature', 2, 1, 'b');
  commit(stations, 't', 3, 1, 'a');
  const all = stations.all().map(({ station, latest }) => [station, latest.map(({ metric }) => metric)]);
  expect(all).toEqual([
    ['a', ['t']],
    ['b', ['temperature', 'humidity']],
  ]);
});

test('watchers are told of stations that come, go and get other series, units or titles, but not of readings', () => {
  const stations = createStations([]);
  const names = stations.watchSeries();
  const since = (change: () => void): readonly string[] => {
    change();
    return [...names()];
  };
  const unit = (name: string) => (): void => {
    stations.commit(
      { id: 1, station: 'a', metric: 't', unit: name },
      { value: 1, measuredAt: 900, receivedAt: 900 },
    );
  };
  const shown = { station: 'a', title: 'Garden', group: null, position: null };
  expect(since(() => commit(stations, 't', 1, 100))).toEqual(['a']);
  expect(since(() => commit(stations, 't', 2, 200))).toEqual([]);
  expect(since(() => commit(stations, 'u', 1, 100))).toEqual(['a']);
  expect(since(unit('°C'))).toEqual(['a']);
  expect(since(unit('°C'))).toEqual([]);
  expect(since(() => stations.display([shown], []))).toEqual(['a']);
  expect(since(() => stations.display([shown], []))).toEqual([]);
  expect(since(() => stations.follow([{ station: 'a', renamedTo: 'b', metrics: [] }]))).toEqual(['a', 'b']);
  expect(since(() => stations.follow([{ station: 'b', renamedTo: null, metrics: [] }]))).toEqual(['b']);
});

test('snapshots are the same ones until something changes, and then only that station has a new one', () => {
  const stations = createStations([]);
  commit(stations, 't', 1, 100, 'a');
  commit(stations, 't', 1, 100, 'b');
  const before = stations.all();
  expect(commit(stations, 't', 9, 50, 'a')).toBe(false);
  stations.heard('a', 0);
  stations.setOnline('a', false);
  expect(stations.all()).toBe(before);
  const changes: (() => void)[] = [
    () => commit(stations, 't', 2, 200, 'a'),
    () => stations.heard('a', 1_000),
    () => stations.setOnline('a', true),
  ];
  let last = before;
  for (const change of changes) {
    change();
    const after = stations.all();
    expect(after).not.toBe(last);
    expect(after[0]).not.toBe(last[0]);
    expect(after[1]).toBe(last[1]);
    last = after;
  }
  commit(stations, 't', 1, 100, 'c');
  expect(stations.all()).toHaveLength(3);
});

test('what was known before a restart is known after it', () => {
  const row = {
    station: 'a',
    title: 'Garden',
    metric: 't',
    unit: '°C',
    value: 1,
    measuredAt: 100,
    receivedAt: 200,
  };
  const bare = {
    ...row,
    station: 'b',
    title: null,
    metric: null,
    unit: null,
    value: null,
    measuredAt: null,
    receivedAt: null,
  };
  const stations = createStations([row, { ...row, metric: 'u', receivedAt: 300 }, bare]);
  expect(stations.find('a')).toMatchObject({ title: 'Garden', online: false, lastSeenAt: 300 });
  expect(stations.find('b')).toEqual({
    station: 'b',
    title: 'b',
    group: null,
    position: null,
    online: false,
    lastSeenAt: null,
    latest: [],
    displays: new Map(),
  });
});

test('a station that came before its first reading is online with it', () => {
  const stations = createStations([]);
  expect(stations.setOnline('a', true)).toBe(false);
  commit(stations, 't', 1, 1);
  expect(stations.find('a')?.online).toBe(true);
  expect(stations.setOnline('a', true)).toBe(false);
  expect(stations.setOnline('a', false)).toBe(true);
});

test('a station is last seen when it was last heard of, and time does not go back', () => {
  const stations = createStations([]);
  commit(stations, 't', 1, 1);
  stations.heard('a', 500);
  stations.heard('a', 400);
  stations.heard('unknown', 500);
  expect(stations.all()).toMatchObject([{ station: 'a', lastSeenAt: 500 }]);
});

test('an event is wanted while any listener wants it', () => {
  const fanOut = createFanOut<[string]>(() => {});
  expect(fanOut.isWanted()).toBe(false);
  let wanted = false;
  fanOut.listen(
    () => {},
    () => wanted,
  );
  expect(fanOut.isWanted()).toBe(false);
  wanted = true;
  expect(fanOut.isWanted()).toBe(true);
  wanted = false;
  const stop = fanOut.listen(() => {});
  expect(fanOut.isWanted()).toBe(true);
  stop();
  expect(fanOut.isWanted()).toBe(false);
});

test('a listener that throws does not keep the others from hearing', () => {
  const errors: unknown[] = [];
  const heard: string[] = [];
  const fanOut = createFanOut<[string]>((error) => errors.push(error));
  fanOut.listen(() => {
    throw new Error('deaf');
  });
  const stop = fanOut.listen((text) => heard.push(text));
  fanOut.emit('one');
  stop();
  fanOut.emit('two');
  expect(heard).toEqual(['one']);
  expect(errors).toHaveLength(2);
});

test('the last day of a series takes in what is committed, what comes late, and what the database holds', () => {
  const stations = createStations([]);
  const at = (minutes: number): number => minutes * 60_000_000;
  commit(stations, 't', 5, at(100));
  commit(stations, 't', 2, at(70));
  commit(stations, 't', 6, at(101));
  stations.restoreDay([
    {
      station: 'a',
      metric: 't',
      quarters: [
        {
          first: { value: 4, measuredAt: at(20) },
          low: { value: 1, measuredAt: at(21) },
          high: { value: 7, measuredAt: at(22) },
        },
      ],
      lastTimes: [at(100), at(95)],
    },
    { station: 'nowhere', metric: 't', quarters: [], lastTimes: [] },
  ]);
  const day = stations.day('a', 't')!;
  expect(lowAndHigh(day, at(60), at(120))).toEqual({
    low: { value: 2, measuredAt: at(70) },
    high: { value: 6, measuredAt: at(101) },
  });
  expect(oldestSince(day, 0)).toEqual({ value: 4, measuredAt: at(20) });
  expect(medianGap(day)).toBe(at(1));
  expect(stations.day('a', 'u')).toBeUndefined();
  expect(stations.day('nowhere', 't')).toBeUndefined();
});

test('stations are shown as their owner wants, in new snapshots of those that change', () => {
  const stations = createStations([]);
  commit(stations, 't', 1, 100, 'a');
  commit(stations, 't', 1, 100, 'b');
  const before = stations.all();
  const garden = { station: 'a', title: 'Garden', group: 'Outdoors', position: 1 };
  const bare = { station: 'b', title: null, group: null, position: null };
  stations.display([garden, bare, { ...bare, station: 'nowhere' }], []);
  expect(stations.all()).toMatchObject([garden, { ...bare, title: 'b' }]);
  expect(stations.all()[1]).toBe(before[1]);
  const after = stations.all();
  stations.display([garden, bare], []);
  expect(stations.all()).toBe(after);
  const roof = { station: 'a', metric: 't', title: 'Roof', unit: '°F', position: 1, isHidden: true };
  stations.display([garden, bare], [roof]);
  expect(stations.find('a')?.displays.get('t')).toMatchObject({ title: 'Roof', isHidden: true });
  expect(stations.all()[1]).toBe(before[1]);
  stations.display([{ ...garden, title: null }], []);
  expect(stations.find('a')?.displays.size).toBe(0);
  expect(stations.find('a')?.title).toBe('a');
});
