import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Credential } from '../../src/access/credential.ts';
import {
  ANONYMOUS,
  mayAdminister,
  mayPostReadings,
  mayPublish,
  mayReadEverything,
  mayReadStation,
  mayReceive,
  maySubscribe,
  NOBODY,
} from '../../src/access/permissions.ts';

const station: Credential = { id: 1, kind: 'station', name: 'outside', filters: [] };
const integrator: Credential = {
  id: 2,
  kind: 'integrator',
  name: 'grafana',
  filters: ['live/#', 'stations/#'],
};
const narrow: Credential = { id: 3, kind: 'integrator', name: 'shed', filters: ['live/shed/#'] };
const admin: Credential = { id: 4, kind: 'admin', name: 'owner', filters: [] };

test.each([
  ['stations/outside', true],
  ['stations/outside/temperature', true],
  ['stations/outside/status', true],
  ['stations/outside/a/b', true],
  ['stations/outside2/temperature', false],
  ['stations/outsid', false],
  ['stations/inside/temperature', false],
  ['stations/', false],
  ['stations', false],
  ['Stations/outside', false],
  ['other/outside/temperature', false],
  ['/stations/outside', false],
  ['live/outside/temperature', false],
])('a station publishes to %s: %s', (topic, allowed) => {
  expect(mayPublish(station, topic)).toBe(allowed);
});

test('somebody who was not let in may do nothing', () => {
  expect(mayPublish(NOBODY, 'stations/outside')).toBe(false);
  expect(maySubscribe(NOBODY, 'live/outside/temperature')).toBe(false);
  expect(mayReceive(NOBODY, 'live/outside/temperature')).toBe(false);
  expect(mayReadStation(NOBODY, 'outside') || mayPostReadings(NOBODY, 'outside')).toBe(false);
  expect(mayReadEverything(NOBODY) || mayAdminister(NOBODY)).toBe(false);
});

test('integrators and admins publish nowhere, and who needs no credential everywhere', () => {
  const topics = ['stations/outside', 'stations/grafana/temperature', 'live/shed/temperature', 'x'];
  expect(topics.filter((topic) => mayPublish(integrator, topic) || mayPublish(admin, topic))).toEqual([]);
  expect(topics.filter((topic) => mayPublish(ANONYMOUS, topic))).toEqual(topics);
});

test.each([
  ['stations/outside/#', true],
  ['stations/outside', true],
  ['stations/outside/+', true],
  ['live/outside/temperature', true],
  ['live/outside/+', true],
  ['stations/+/temperature', false],
  ['stations/#', false],
  ['+/outside/temperature', false],
  ['live/#', false],
  ['live/inside/temperature', false],
  ['#', false],
  ['+/#', false],
])('a station subscribes to %s: %s', (filter, allowed) => {
  expect(maySubscribe(station, filter)).toBe(allowed);
});

test.each([
  [integrator, 'live/#', true],
  [integrator, 'stations/+/status', true],
  [integrator, '#', false],
  [integrator, '+/outside/temperature', false],
  [narrow, 'live/shed/+', true],
  [narrow, 'live/+/temperature', false],
  [narrow, 'stations/shed/#', false],
])('an integrator with filters of its own subscribes: $1.name, %s: %s', (who, filter, allowed) => {
  expect(maySubscribe(who, filter)).toBe(allowed);
});

test('what is handed out is judged by its topic, whatever was subscribed to', () => {
  expect(mayReceive(narrow, 'live/shed/temperature')).toBe(true);
  expect(mayReceive(narrow, 'live/outside/temperature')).toBe(false);
  expect(mayReceive(station, 'stations/outside/status')).toBe(true);
  expect(mayReceive(station, 'stations/inside/status')).toBe(false);
});

test('nobody gets through a filter what would not be handed out by its topic', () => {
  const topic = fc
    .tuple(
      fc.constantFrom('live', 'stations'),
      fc.constantFrom('outside', 'shed', 'inside'),
      fc.constantFrom('temperature', 'status'),
    )
    .map((levels) => levels.join('/'));
  const wildcards = fc.record({ plus: fc.array(fc.nat(2), { maxLength: 2 }), hash: fc.nat(4) });
  fc.assert(
    fc.property(fc.constantFrom(station, integrator, narrow), topic, wildcards, (who, published, where) => {
      // A filter that takes the topic in.
      const levels = published.split('/').map((level, index) => (where.plus.includes(index) ? '+' : level));
      const filter = where.hash > 3 ? levels.join('/') : [...levels.slice(0, where.hash), '#'].join('/');
      expect(!maySubscribe(who, filter) || mayReceive(who, published)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test('over HTTP a station posts and reads its own readings, an integrator reads what its filters take in', () => {
  expect([mayPostReadings(station, 'outside'), mayPostReadings(station, 'inside')]).toEqual([true, false]);
  expect([mayPostReadings(integrator, 'outside'), mayPostReadings(admin, 'outside')]).toEqual([false, true]);
  expect([mayReadStation(station, 'outside'), mayReadStation(station, 'inside')]).toEqual([true, false]);
  expect([mayReadStation(narrow, 'shed'), mayReadStation(narrow, 'outside')]).toEqual([true, false]);
  expect([station, narrow, integrator, admin].map(mayReadEverything)).toEqual([false, false, true, true]);
  expect([ANONYMOUS, station, integrator, admin].map(mayAdminister)).toEqual([false, false, false, true]);
});
