import { expect, test } from 'vitest';
import { createDiscovery } from '../../../src/broker/home-assistant/discovery.ts';
import type { StationSnapshot } from '../../../src/telemetry/station.ts';

function station(
  name: string,
  title: string,
  series: Readonly<Record<string, string>>,
  displays: StationSnapshot['displays'] = new Map(),
): StationSnapshot {
  const latest = Object.entries(series).map(([metric, unit]) => ({
    metric,
    unit,
    value: 1,
    measuredAt: 1,
    receivedAt: 1,
  }));
  return { station: name, title, group: null, position: null, online: true, lastSeenAt: 1, latest, displays };
}

function watch(initial: readonly StationSnapshot[]) {
  let stations = initial;
  let hasStatus = false;
  const facts = {
    prefix: 'ha',
    version: '1.2.3',
    stationUrl: () => undefined,
    hasStatus: () => hasStatus,
  };
  const discovery = createDiscovery(facts, {
    all: () => stations,
    find: (name) => stations.find((one) => one.station === name),
  });
  discovery.begin();
  return {
    after(next: readonly StationSnapshot[], status = hasStatus) {
      const names = new Set([...stations, ...next].map((one) => one.station));
      stations = next;
      hasStatus = status;
      return [...names]
        .flatMap((name) => discovery.changesOf(name))
        .map(({ topic, payload, retain }) => ({ topic, payload: String(payload), retain }));
    },
    retained: (...filters: string[]) => Array.from(discovery.retained(filters), ({ topic }) => topic),
  };
}

test('nothing is told where only readings have changed', () => {
  const { after } = watch([station('a', 'A', { t: '°C' })]);
  expect(after([station('a', 'A', { t: '°C' })])).toEqual([]);
});

test('a new series, a new title, another unit and a status are told, of what they concern', () => {
  const { after } = watch([station('a', 'A', { t: '°C' })]);
  expect(after([station('a', 'A', { t: '°C', u: '%' })])).toMatchObject([
    { topic: 'ha/sensor/thermograph_a/u/config', retain: false },
  ]);
  const renamed = after([station('a', 'Garden', { t: '°C', u: '%' })]);
  expect(renamed.map(({ payload }) => payload)).toEqual([
    expect.stringContaining('"name":"Garden"'),
    expect.stringContaining('"name":"Garden"'),
  ]);
  expect(after([station('a', 'Garden', { t: '°F', u: '%' })])).toMatchObject([
    { payload: expect.stringContaining('"unit_of_measurement":"°F"') as string },
  ]);
  const withStatus = after([station('a', 'Garden', { t: '°F', u: '%' })], true);
  expect(withStatus).toHaveLength(2);
  expect(withStatus[0]?.payload).toContain('"availability":[{"topic":"stations/a/status"}]');
});

test('a sensor has the title that its metric was given', () => {
  const { after } = watch([station('a', 'A', { soil_t: '°C' })]);
  const display = { title: 'Beds', unit: null, position: null, isHidden: false };
  const [named] = after([station('a', 'A', { soil_t: '°C' }, new Map([['soil_t', display]]))]);
  expect(named?.payload).toContain('{"name":"Beds"');
  const [unnamed] = after([station('a', 'A', { soil_t: '°C' })]);
  expect(unnamed?.payload).toContain('{"name":"Soil t"');
});

test('what is gone is withdrawn with an empty message', () => {
  const { after } = watch([station('a', 'A', { t: '°C', u: '%' }), station('b', 'B', { t: '°C' })]);
  expect(after([station('a', 'A', { u: '%' })])).toEqual([
    { topic: 'ha/sensor/thermograph_a/t/config', payload: '', retain: false },
    { topic: 'ha/sensor/thermograph_b/t/config', payload: '', retain: false },
  ]);
});

test.each([
  [['#'], 2],
  [['ha/#', 'ha/+/+/+/config'], 2],
  [['ha/sensor/thermograph_a/#'], 1],
  [['live/#'], 0],
  [['ha/+/+/config'], 0],
])('%j takes in %s of two retained messages, each once', (filters, count) => {
  const { retained } = watch([station('a', 'A', { t: '°C' }), station('b', 'B', { t: '°C' })]);
  expect(retained(...filters)).toHaveLength(count);
});
