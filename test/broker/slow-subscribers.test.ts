import type { Client } from 'aedes';
import { expect, test } from 'vitest';
import { createSlowSubscriberGate } from '../../src/broker/slow-subscribers.ts';

const LIMIT = 8 * 1024 * 1024;

function useGate() {
  const conn = {
    writableNeedDrain: false,
    writableLength: 0,
    bytesWritten: 0,
    destroyed: false,
    destroy() {
      conn.destroyed = true;
    },
  };
  const client = { conn } as unknown as Client;
  const cut: Client[] = [];
  let time = 0;
  const gate = createSlowSubscriberGate(
    (whom) => cut.push(whom),
    () => time,
  );
  return {
    conn,
    cut,
    /** @returns whether a packet may go at that time, with so much waiting and so much read before */
    at(milliseconds: number, writableLength: number, read = 0): boolean {
      time = milliseconds;
      const writableNeedDrain = writableLength > 0;
      Object.assign(conn, { writableLength, writableNeedDrain, bytesWritten: read + writableLength });
      return gate(client);
    },
  };
}

test('a subscriber is cut off once more than 8 MiB wait for it, and counted once', () => {
  const { at, conn, cut } = useGate();
  expect(at(0, LIMIT)).toBe(true);
  expect(at(1, LIMIT + 1)).toBe(false);
  expect(at(2, LIMIT + 1)).toBe(false);
  expect(conn.destroyed).toBe(true);
  expect(cut).toHaveLength(1);
});

test('a subscriber is cut off when something has waited for it for more than ten seconds', () => {
  const { at, cut } = useGate();
  expect(at(1_000, 70_000)).toBe(true);
  expect(at(11_000, 70_000)).toBe(true);
  // It is looked at ten times a second.
  expect(at(11_100, 70_000)).toBe(false);
  expect(cut).toHaveLength(1);
});

test('one that is slow but reads is not cut off, though something waits for it all the time', () => {
  const { at, cut } = useGate();
  for (let second = 0; second < 60; second += 1) expect(at(second * 1_000, 70_000, second)).toBe(true);
  expect(cut).toHaveLength(0);
});

test('one that reads in between has its ten seconds anew', () => {
  const { at, cut } = useGate();
  expect(at(0, 70_000)).toBe(true);
  expect(at(9_000, 0)).toBe(true);
  expect(at(12_000, 70_000)).toBe(true);
  expect(at(20_000, 70_000)).toBe(true);
  expect(cut).toHaveLength(0);
});
