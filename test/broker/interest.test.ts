import { expect, test } from 'vitest';
import { createInterest } from '../../src/broker/interest.ts';

test('nobody is interested at first', () => {
  expect(createInterest().in('stations')).toBe(false);
});

test.each(['stations/#', 'stations/a/t', 'stations', '#', '+/a/t', '+'])('%s takes in stations', (filter) => {
  const interest = createInterest();
  interest.add(filter);
  interest.add(filter);
  interest.remove(filter);
  expect(interest.in('stations')).toBe(true);
  interest.remove(filter);
  expect(interest.in('stations')).toBe(false);
});

test.each(['live/#', 'station/#', '$SYS/#'])('%s does not take in stations', (filter) => {
  const interest = createInterest();
  interest.add(filter);
  expect(interest.in('stations')).toBe(false);
});

test('a session that outlives its connection stays interested', () => {
  const interest = createInterest();
  interest.keep('stations/#');
  interest.add('stations/#');
  interest.remove('stations/#');
  expect(interest.in('stations')).toBe(true);
});

test('and is so until the last such session has ended', () => {
  const interest = createInterest();
  interest.keep('live/#');
  interest.keep('live/a/t');
  interest.release('live/#');
  expect([interest.isKept('live'), interest.in('live')]).toEqual([true, true]);
  interest.release('live/a/t');
  expect([interest.isKept('live'), interest.in('live')]).toEqual([false, false]);
});
