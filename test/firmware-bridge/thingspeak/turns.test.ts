import { expect, test } from 'vitest';
import { createTurns } from '../../../firmware-bridge/thingspeak/turns.ts';

test('calls for one id go one after the other, those for others beside them; a failure stops nobody', async () => {
  const inTurn = createTurns();
  const order: string[] = [];
  let release: () => void = () => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  const first = inTurn(1, async () => {
    await gate;
    order.push('first');
    throw new Error('failed');
  });
  const second = inTurn(1, () => Promise.resolve(order.push('second')));
  await inTurn(2, () => Promise.resolve(order.push('other')));
  release();
  await expect(first).rejects.toThrow('failed');
  await second;
  expect(order).toEqual(['other', 'first', 'second']);
});

test('when too many wait, the next is told to come again, until some have gone', async () => {
  const inTurn = createTurns(2);
  let release: () => void = () => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  const waiting = [inTurn(1, () => gate), inTurn(1, () => gate)];
  await expect(inTurn(1, () => gate)).rejects.toMatchObject({ status: 503, retryAfterSeconds: 5 });
  release();
  await Promise.all(waiting);
  expect(await inTurn(1, () => Promise.resolve('stored'))).toBe('stored');
});

test('whoever has waited for longer than a board does is not served any more', async () => {
  const inTurn = createTurns(10, 5);
  let release: () => void = () => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  const first = inTurn(1, () => gate);
  let isServed = false;
  const late = inTurn(1, async () => void (isServed = true));
  const refused = late.catch((error: unknown) => error);
  await new Promise((resolve) => setTimeout(resolve, 20));
  release();
  await first;
  expect(await refused).toMatchObject({ status: 503, retryAfterSeconds: 5 });
  expect(isServed).toBe(false);
});
