import { expect, test } from 'vitest';
import { OrderedEmitter } from '../../src/broker/ordered-emitter.ts';

function collecting(): { emitter: OrderedEmitter; seen: unknown[] } {
  const emitter = new OrderedEmitter();
  const seen: unknown[] = [];
  emitter.on('#', (packet, done) => {
    seen.push(packet['brokerCounter']);
    done();
  });
  return { emitter, seen };
}

function emit(emitter: OrderedEmitter, brokerCounter: number): void {
  emitter.emit({ topic: 't', brokerCounter }, () => {});
}

test('packets that overtook each other go out in the order of their numbers', () => {
  const { emitter, seen } = collecting();
  for (const number of [1, 2, 3, 4]) emitter.expect(number);
  emit(emitter, 2);
  emit(emitter, 4);
  expect(seen).toEqual([]);
  emit(emitter, 1);
  expect(seen).toEqual([1, 2]);
  emit(emitter, 3);
  expect(seen).toEqual([1, 2, 3, 4]);
});

test('a packet that will not come holds up nobody', () => {
  const { emitter, seen } = collecting();
  emitter.expect(1);
  emitter.expect(2);
  emit(emitter, 2);
  emitter.forget(1);
  expect(seen).toEqual([2]);
});

test('a packet that nobody announced goes out at once', () => {
  const { emitter, seen } = collecting();
  emitter.expect(1);
  emit(emitter, 9);
  expect(seen).toEqual([9]);
});
