import { beforeEach, expect, test } from 'vitest';
import { createPresence, type Presence } from '../../src/broker/presence.ts';

let presence: Presence;
let online: Map<string, boolean>;

beforeEach(() => {
  online = new Map();
  presence = createPresence((station, isOnline) => online.set(station, isOnline));
});

test('a station is online from its first message until its connection ends', () => {
  const connection = {};
  presence.heard(connection, 'a');
  expect(online.get('a')).toBe(true);
  presence.left(connection);
  expect(online.get('a')).toBe(false);
});

test('a station with two connections is offline when both have ended', () => {
  const [first, second] = [{}, {}];
  presence.heard(first, 'a');
  presence.heard(second, 'a');
  presence.heard(second, 'a');
  presence.left(first);
  expect(online.get('a')).toBe(true);
  presence.left(second);
  expect(online.get('a')).toBe(false);
});

test('all stations of a gateway go with it', () => {
  const gateway = {};
  presence.heard(gateway, 'a');
  presence.heard(gateway, 'b');
  presence.left(gateway);
  expect([...online]).toEqual([
    ['a', false],
    ['b', false],
  ]);
});

test('what a station says of itself holds until it is heard again', () => {
  const connection = {};
  presence.heard(connection, 'a');
  presence.said('a', 'offline');
  expect(online.get('a')).toBe(false);
  presence.heard(connection, 'a');
  expect(online.get('a')).toBe(true);
});

test('a connection that never spoke of a station leaves without a word', () => {
  presence.left({});
  expect(online.size).toBe(0);
});
