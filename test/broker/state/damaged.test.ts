import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createInterest } from '../../../src/broker/interest.ts';
import { openBrokerState } from '../../../src/broker/state/broker-state.ts';
import { openState, type TestState, useBrokerState } from '../../support/broker-state.ts';
import { useFolder } from '../../support/program.ts';

const CLIENT = { id: 'integrator', clean: false };

/** State in a folder below one of the test's, so that something can stand beside it. */
async function useNestedState(): Promise<TestState> {
  return openState(join(await useFolder(), 'made', 'broker'), () => Date.now() * 1000);
}

function open(folder: string) {
  const counters = {
    queued_messages_dropped: 0,
    sessions_expired: 0,
    sessions_dropped: 0,
    retained_messages_refused: 0,
    state_writes_failed: 0,
  };
  return openBrokerState({
    folder,
    log: pino({ level: 'silent' }),
    now: () => Date.now() * 1000,
    counters,
    interest: createInterest(),
    ownerOf: () => null,
    mayKeep: () => true,
    maxQueuedMessages: 10_000,
  });
}

test('a damaged folder is moved aside and told of, and the broker begins with an empty one', async () => {
  const before = await useNestedState();
  await before.persistence.addSubscriptions(CLIENT, [{ topic: 'a', qos: 1 }]);
  await before.state.close();
  await writeFile(join(before.folder, 'CURRENT'), 'MANIFEST-999999\n');
  const after = await before.reopen();
  expect(after.logged).toMatchObject([{ level: 50, msg: expect.stringContaining('damaged') as string }]);
  expect(await after.persistence.subscriptionsByClient(CLIENT)).toEqual([]);
  await after.persistence.addSubscriptions(CLIENT, [{ topic: 'b', qos: 1 }]);
  const last = await after.reopen();
  expect(await last.persistence.subscriptionsByClient(CLIENT)).toHaveLength(1);
  const beside = await readdir(dirname(before.folder));
  expect(beside.toSorted()).toEqual(['broker', expect.stringMatching(/^broker-damaged-20\d\d-/)]);
});

test('a table whose bytes have changed counts as damage, too', async () => {
  const before = await useNestedState();
  for (let number = 0; number < 500; number += 1) {
    await before.persistence.storeRetained({ topic: `a/${number}`, payload: `${number}`.repeat(50), qos: 0 });
  }
  await before.state.close();
  const level = new ClassicLevel(before.folder);
  await level.open();
  await level.compactRange('a', 'z');
  await level.close();
  const tables = (await readdir(before.folder)).filter((name) => name.endsWith('.ldb'));
  for (const name of tables) await writeFile(join(before.folder, name), Buffer.alloc(20_000, 0xff));
  const after = await before.reopen();
  expect(tables).not.toEqual([]);
  expect(after.logged).toMatchObject([{ level: 50 }]);
  expect(await after.persistence.createRetainedStreamCombi(['#']).toArray()).toEqual([]);
});

test('a record that makes no sense is left out, and the others are there', async () => {
  const before = await useBrokerState();
  await before.persistence.addSubscriptions(CLIENT, [{ topic: 'a', qos: 1 }]);
  await before.persistence.storeRetained({ topic: 'a', payload: 'x', qos: 0 });
  await before.state.close();
  const level = new ClassicLevel(before.folder);
  const nobody = 'f'.repeat(11);
  await level.batch(
    [
      'unknown',
      'client/000000000077',
      `filter/0${nobody}/a`,
      'message/000000000001',
      `open/0${nobody}/000000000001`,
      `queue/0${nobody}/000000000001`,
      'queue/000000000001/000000000009',
      'retained/b',
    ].map((key) => ({ type: 'put', key, value: key.startsWith('retained') ? '{"topic":"b"}\n' : '5' })),
  );
  await level.close();
  const after = await before.reopen();
  expect(after.logged).toMatchObject([{ level: 40, records: 8 }]);
  expect(await after.persistence.subscriptionsByClient(CLIENT)).toHaveLength(1);
  expect(await after.persistence.createRetainedStreamCombi(['#']).toArray()).toHaveLength(1);
  expect((await after.reopen()).logged).toEqual([]);
});

test('a folder that another service uses is refused, and left as it is', async () => {
  const { folder, persistence, reopen } = await useBrokerState();
  await persistence.addSubscriptions(CLIENT, [{ topic: 'a', qos: 1 }]);
  await expect(open(folder)).rejects.toMatchObject({
    code: 'state-folder-not-usable',
    message: expect.stringContaining(folder) as string,
    hint: expect.stringContaining('Another Thermograph') as string,
  });
  expect(await (await reopen()).persistence.subscriptionsByClient(CLIENT)).toHaveLength(1);
});

test('a folder that can not be made says so', async () => {
  const folder = await useFolder();
  await mkdir(join(folder, 'data'));
  await writeFile(join(folder, 'data/broker'), 'a file');
  await expect(open(join(folder, 'data/broker'))).rejects.toMatchObject({
    code: 'state-folder-not-usable',
    hint: expect.stringContaining('DATA_DIR') as string,
  });
});
