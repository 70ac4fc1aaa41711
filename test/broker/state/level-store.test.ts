import { pino } from 'pino';
import { expect, test } from 'vitest';
import { openLevel } from '../../../src/broker/state/level-store.ts';
import { useFolder } from '../../support/program.ts';

test('after a failure the store is opened anew, and goes on', async () => {
  const folder = await useFolder();
  const store = await openLevel(folder, pino({ level: 'silent' }), (opened) => Promise.resolve(opened));
  await store.write([{ type: 'put', key: 'a', value: Buffer.from('1') }]);
  await store.close();
  await expect(store.write([{ type: 'del', key: 'a' }])).rejects.toThrow('not open');
  await store.reopen();
  await store.write([
    { type: 'put', key: 'b', value: Buffer.from('2') },
    { type: 'del', key: 'a' },
  ]);
  const content: [string, string][] = [];
  for await (const [key, value] of store.entries()) content.push([key, value.toString()]);
  await store.close();
  expect(content).toEqual([['b', '2']]);
});
