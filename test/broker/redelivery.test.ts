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
