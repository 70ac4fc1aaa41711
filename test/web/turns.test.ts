import { expect, test, vi } from 'vitest';
import { createTurns } from '../../src/web/turns.ts';

const TIME = 60_000;
const ONE = '192.0.2.1';
const OTHER = '192.0.2.2';

/** A work that ends when it is told to. */
function createWork(begun: string[], name: string) {
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  const work = async (): Promise<string> => {
    begun.push(name);
    await ended;
    return name;
  };
  return { work, end: () => end() };
}

test('so many are done at a time, and the others in the order in which they came', async () => {
  const turns = createTurns({ most: 2, patienceMs: TIME });
  const begun: string[] = [];
  const works = ['a', 'b', 'c', 'd', 'e'].map((name) => createWork(begun, name));
  const done = works.map(({ work }) => turns.take(ONE, work));
  await vi.waitFor(() => expect(begun).toEqual(['a', 'b']));
  works[1]!.end();
  await done[1];
  await vi.waitFor(() => expect(begun).toEqual(['a', 'b', 'c']));
  for (const { end } of works) end();
  expect(await Promise.all(done)).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(begun).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('a turn is handed on when the work before has failed', async () => {
  const turns = createTurns({ most: 1, patienceMs: TIME });
  const failed = turns.take(ONE, () => Promise.reject(new Error('no')));
  const next = turns.take(ONE, () => Promise.resolve('yes'));
  await expect(failed).rejects.toThrow('no');
  expect(await next).toBe('yes');
  expect(await turns.take(ONE, () => Promise.resolve('once more'))).toBe('once more');
});

test('who has waited for too long is told to come again, and their work is not done', async () => {
  const turns = createTurns({ most: 1, patienceMs: 1 });
  const begun: string[] = [];
  const first = createWork(begun, 'first');
  const running = turns.take(ONE, first.work);
  await expect(turns.take(ONE, createWork(begun, 'late').work)).rejects.toMatchObject({
    status: 503,
    retryAfterSeconds: 5,
  });
  first.end();
  await running;
  expect(await turns.take(ONE, () => Promise.resolve(begun))).toEqual(['first']);
});

test('who comes when as many wait as may is told so at once', async () => {
  const turns = createTurns({ most: 1, patienceMs: TIME, mostWaiting: 2 });
  const begun: string[] = [];
  const works = ['a', 'b'].map((name) => createWork(begun, name));
  const done = works.map(({ work }) => turns.take(ONE, work));
  await expect(turns.take(ONE, createWork(begun, 'c').work)).rejects.toMatchObject({
    code: 'too-much-asked',
  });
  for (const { end } of works) end();
  expect(await Promise.all(done)).toEqual(['a', 'b']);
});

test('of several addresses each has one turn after the other, however much one of them asks for', async () => {
  const turns = createTurns({ most: 1, patienceMs: TIME });
  const begun: string[] = [];
  const asked = [
    ['a', ONE],
    ['b', ONE],
    ['c', ONE],
    ['d', OTHER],
    ['e', OTHER],
    ['f', '2001:db8::1'],
    // The same network.
    ['g', '2001:db8::2'],
  ] as const;
  const works = asked.map(([name, address]) => ({ ...createWork(begun, name), address }));
  const done = works.map(({ work, address }) => turns.take(address, work));
  for (const { end } of works) end();
  await Promise.all(done);
  expect(begun).toEqual(['a', 'b', 'd', 'f', 'c', 'e', 'g']);
});

test('of those that may wait one address has at most half', async () => {
  const turns = createTurns({ most: 1, patienceMs: TIME, mostWaiting: 4 });
  const begun: string[] = [];
  const works = ['a', 'b', 'c'].map((name) => createWork(begun, name));
  const done = works.map(({ work }) => turns.take(ONE, work));
  await expect(turns.take(ONE, createWork(begun, 'd').work)).rejects.toMatchObject({ status: 503 });
  const other = turns.take(OTHER, () => Promise.resolve('there is room for it'));
  for (const { end } of works) end();
  expect(await other).toBe('there is room for it');
  await Promise.all(done);
});
