import { expect, test, vi } from 'vitest';
import { createTurns } from '../../src/web/turns.ts';

const TIME = 60_000;

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
  const done = works.map(({ work }) => turns.take(work));
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
  const failed = turns.take(() => Promise.reject(new Error('no')));
  const next = turns.take(() => Promise.resolve('yes'));
  await expect(failed).rejects.toThrow('no');
  expect(await next).toBe('yes');
  expect(await turns.take(() => Promise.resolve('once more'))).toBe('once more');
});

test('who has waited for too long is told to come again, and their work is not done', async () => {
  const turns = createTurns({ most: 1, patienceMs: 1 });
  const begun: string[] = [];
  const first = createWork(begun, 'first');
  const running = turns.take(first.work);
  await expect(turns.take(createWork(begun, 'late').work)).rejects.toMatchObject({
    status: 503,
    retryAfterSeconds: 5,
  });
  first.end();
  await running;
  expect(await turns.take(() => Promise.resolve(begun))).toEqual(['first']);
});

test('who comes when as many wait as may is told so at once', async () => {
  const turns = createTurns({ most: 1, patienceMs: TIME, mostWaiting: 1 });
  const begun: string[] = [];
  const works = ['a', 'b'].map((name) => createWork(begun, name));
  const done = works.map(({ work }) => turns.take(work));
  await expect(turns.take(createWork(begun, 'c').work)).rejects.toMatchObject({ code: 'too-much-asked' });
  for (const { end } of works) end();
  expect(await Promise.all(done)).toEqual(['a', 'b']);
});
