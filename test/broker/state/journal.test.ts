import { pino } from 'pino';
import { expect, test } from 'vitest';
import { type Change, Journal } from '../../../src/broker/state/journal.ts';
import { poll } from '../../support/poll.ts';

/** A store that refuses while it is told that its disk is full, and shows what it was given. */
function useJournal() {
  const batches: string[][] = [];
  const content = new Map<string, string>();
  const told = { reopened: 0, failed: 0, isFull: false };
  const logged: string[] = [];
  const journal = new Journal({
    store: {
      async write(changes) {
        const { isFull } = told;
        await new Promise(setImmediate);
        if (isFull) throw new Error('the disk is full');
        batches.push(changes.map(show));
        for (const change of changes) {
          if (change.type === 'put') content.set(change.key, change.value.toString());
          else content.delete(change.key);
        }
      },
      async reopen() {
        told.reopened += 1;
      },
    },
    log: pino({}, { write: (line) => void logged.push((JSON.parse(line) as { msg: string }).msg) }),
    onFailed: () => (told.failed += 1),
    retryMs: 1,
  });
  return { journal, batches, content, told, logged };
}

function show(change: Change): string {
  return change.type === 'put' ? `${change.key}=${change.value.toString()}` : `-${change.key}`;
}

function value(text: string): Buffer {
  return Buffer.from(text);
}

test('changes of one turn leave in one batch, the last of each key', async () => {
  const { journal, batches } = useJournal();
  journal.put('a', value('1'));
  journal.put('b', value('1'));
  journal.put('a', value('2'));
  journal.remove('c');
  await Promise.resolve();
  journal.put('d', value('1'));
  expect(journal.waiting).toBe(4);
  await poll(() => journal.waiting === 0);
  expect(batches).toEqual([['a=2', 'b=1', '-c', 'd=1']]);
});

test('what is created and removed before it is written is never written', async () => {
  const { journal, batches } = useJournal();
  journal.create('a', value('1'));
  journal.put('a', value('2'));
  journal.create('b', value('1'));
  journal.remove('a');
  await poll(() => journal.waiting === 0);
  journal.remove('b');
  await poll(() => journal.waiting === 0);
  expect(batches).toEqual([['b=1'], ['-b']]);
});

test('a batch that fails is kept below what follows, counted, told once, and written after a reopening', async () => {
  const { journal, batches, content, told, logged } = useJournal();
  told.isFull = true;
  journal.create('a', value('1'));
  journal.create('b', value('1'));
  await poll(() => told.failed > 1);
  journal.put('a', value('2'));
  journal.remove('b');
  journal.put('c', value('1'));
  told.isFull = false;
  await poll(() => journal.waiting === 0);
  expect(batches).toEqual([['a=2', 'c=1']]);
  expect([...content]).toEqual([
    ['a', '2'],
    ['c', '1'],
  ]);
  expect(told.reopened).toBe(told.failed);
  expect(logged).toEqual([
    'sessions and retained messages are not written: they are kept in memory',
    'sessions and retained messages are written again',
  ]);
});

test('of what comes and goes while nothing can be written nothing piles up', async () => {
  const { journal, told } = useJournal();
  told.isFull = true;
  for (let number = 0; number < 50; number += 1) {
    journal.create(`message/${number}`, value('1'));
    const { failed } = told;
    await poll(() => told.failed > failed);
    journal.remove(`message/${number}`);
  }
  await poll(() => journal.waiting === 0);
});

test('close writes what is waiting, and what comes after it is left out', async () => {
  const { journal, content } = useJournal();
  journal.put('a', value('1'));
  await journal.close();
  journal.put('b', value('1'));
  await journal.close();
  expect([...content]).toEqual([['a', '1']]);
});

test('close ends though nothing can be written, and says what is lost', async () => {
  const { journal, told, logged } = useJournal();
  told.isFull = true;
  journal.put('a', value('1'));
  await poll(() => told.failed > 0);
  await journal.close();
  expect(logged.at(-1)).toBe('changes of sessions and retained messages are lost');
});
