import { expect, test } from 'vitest';
import { createLosses } from '../../../src/ingest/spool/losses.ts';
import type { Spooled } from '../../../src/ingest/spool/record.ts';

const MESSAGE = {
  topic: 'stations/a/t',
  payload: Buffer.from('1'),
  qos: 1,
  clientId: null,
  receivedAt: 0,
  firstReceivedAt: 0,
} as const;
const at = (...positions: number[]): Spooled[] =>
  positions.map((position) => ({ position, message: MESSAGE, totalBytes: 0 }));

test('what is missing is counted once, also after the oldest were lost in another way', () => {
  const told: number[] = [];
  const losses = createLosses((messages) => told.push(messages));
  losses.note(at(1, 2, 4), { from: 1, oldest: 1 });
  losses.note(at(1, 2, 4), { from: 1, oldest: 1 });
  expect(told).toEqual([1]);
  losses.note(at(9), { from: 9, oldest: 1 });
  expect(told, 'what lies between was not read').toEqual([1]);
  losses.add(2);
  losses.note(at(7, 9), { from: 7, oldest: 7 });
  expect(told).toEqual([1, 2, 1]);
  expect(losses.count()).toBe(4);
});
