import { describe, expect, test } from 'vitest';
import { createRedeliveries } from '../../src/broker/redelivery.ts';

const MINUTE = 60_000_000;

function publication(packetId: number, text: string, dup = false) {
  return { topic: 'stations/a/t', payload: Buffer.from(text), packetId, dup };
}

describe('a message with DUP', () => {
  test('is of the time at which it came first', () => {
    const redeliveries = createRedeliveries();
    expect(redeliveries.firstReceivedAt('a', publication(1, '21.5'), 1000)).toBe(1000);
    expect(redeliveries.firstReceivedAt('a', publication(1, '21.5', true), 5000)).toBe(1000);
    expect(redeliveries.firstReceivedAt('a', publication(1, '21.5', true), 9000)).toBe(1000);
  });

  test.each([
    ['another content', 'a', publication(1, '21.6', true)],
    ['another topic', 'a', { ...publication(1, '21.5', true), topic: 'stations/b/t' }],
    ['another packet identifier', 'a', publication(2, '21.5', true)],
    ['another client', 'b', publication(1, '21.5', true)],
  ])('and %s is a new one', (_, client, other) => {
    const redeliveries = createRedeliveries();
    redeliveries.firstReceivedAt('a', publication(1, '21.5'), 1000);
    expect(redeliveries.firstReceivedAt(client, other, 5000)).toBe(5000);
  });

  test('that never came before is a new one, and is known from then on', () => {
    const redeliveries = createRedeliveries();
    expect(redeliveries.firstReceivedAt('a', publication(1, '21.5', true), 1000)).toBe(1000);
    expect(redeliveries.firstReceivedAt('a', publication(1, '21.5', true), 5000)).toBe(1000);
  });

  test('of a session that has ended is a new one', () => {
    const redeliveries = createRedeliveries();
    redeliveries.firstReceivedAt('a', publication(1, '21.5'), 1000);
    redeliveries.forget('a');
    expect(redeliveries.firstReceivedAt('a', publication(1, '21.5', true), 5000)).toBe(5000);
  });
});

test('a message without DUP is new, whatever its packet identifier', () => {
  const redeliveries = createRedeliveries();
  redeliveries.firstReceivedAt('a', publication(1, '21.5'), 1000);
  expect(redeliveries.firstReceivedAt('a', publication(1, '21.5'), 5000)).toBe(5000);
  expect(redeliveries.firstReceivedAt('a', publication(1, '21.5', true), 9000)).toBe(5000);
});

test('4,096 messages in flight are all known again', () => {
  const redeliveries = createRedeliveries();
  const idOf = (index: number): number => ((60_000 + index) % 65_535) + 1;
  for (let index = 0; index < 4_096; index += 1) {
    redeliveries.firstReceivedAt('a', publication(idOf(index), `${index}`), MINUTE + index);
  }
  for (let index = 0; index < 4_096; index += 1) {
    const again = redeliveries.firstReceivedAt('a', publication(idOf(index), `${index}`, true), 2 * MINUTE);
    expect(again).toBe(MINUTE + index);
  }
});

test('of the sessions whose clients are away the 10,000 last gone are remembered', () => {
  const redeliveries = createRedeliveries();
  for (let index = 0; index <= 10_001; index += 1) {
    redeliveries.firstReceivedAt(`c${index}`, publication(1, 'x'), 1000 + index);
    redeliveries.pause(`c${index}`);
    if (index === 0) redeliveries.resume('c0');
  }
  const again = (clientId: string) =>
    redeliveries.firstReceivedAt(clientId, publication(1, 'x', true), 99_000);
  expect(again('c0')).toBe(1000);
  expect(again('c1')).toBe(99_000);
  expect(again('c2')).toBe(1002);
});

test('what is remembered survives growing', () => {
  const redeliveries = createRedeliveries();
  for (const packetId of [128, 192]) redeliveries.firstReceivedAt('a', publication(packetId, 'x'), packetId);
  expect(redeliveries.firstReceivedAt('a', publication(128, 'x', true), 9_000)).toBe(128);
  expect(redeliveries.firstReceivedAt('a', publication(192, 'x', true), 9_000)).toBe(192);
});
