import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { useFolder } from '../../support/program.ts';
import { breaking, damageRecord, segmentsIn, startRing } from './support/ring.ts';

const FIRST = '00000001';

/** A ring of two segments: readings 1, 2 and 3, readings 4 and 5. */
async function useTwoSegments(): Promise<string> {
  const folder = await useFolder();
  await startRing(folder, { program: 'add(3)\nring.appendable = False\nadd(2)', expressions: ['1'] });
  return folder;
}

describe('what is lost is counted once', () => {
  const LOOK_AGAIN = 'for _ in range(3):\n    ring.peek(10)\n    ring.base_of(9)';
  const counted = ['ring.dropped', 'values()', 'ring.dropped'];

  test('a record that is damaged, however often its batch is sent', async () => {
    const folder = await useTwoSegments();
    await damageRecord(folder, FIRST, 1);
    const said = await startRing(folder, { program: LOOK_AGAIN, expressions: counted });
    expect(said).toEqual([1, [1, 3, 4, 5], 1]);
  });

  test('a segment that fails while the program runs', async () => {
    const folder = await useTwoSegments();
    const program = `fail("open", "${FIRST}")\n${LOOK_AGAIN}`;
    const said = await startRing(folder, { before: breaking({}), program, expressions: counted });
    expect(said).toEqual([3, [4, 5], 3]);
  });

  test('a record that is damaged, at a start after newer segments were begun', async () => {
    const folder = await useTwoSegments();
    await damageRecord(folder, FIRST, 1);
    const program = 'ring.acknowledge(ring.peek(2)[2])\nring.appendable = False\nadd(1)';
    expect(await startRing(folder, { program, expressions: ['ring.dropped'] })).toEqual([1]);
    expect(await startRing(folder, { expressions: counted })).toEqual([0, [1, 3, 4, 5, 6], 1]);
  });

  test('a segment that can be neither read nor removed, whatever starts follow', async () => {
    const folder = await useTwoSegments();
    const before = breaking({ open: FIRST, remove: FIRST });
    const program = 'ring.appendable = False\nadd(1)';
    for (let start = 0; start < 3; start += 1)
      expect(await startRing(folder, { before, program, expressions: ['ring.dropped'] })).toEqual([3]);
    const sending = { before, expressions: [...counted, 'ring.forget_dropped()'] };
    expect(await startRing(folder, sending)).toEqual([3, [4, 5, 6, 7, 8], 3, null]);
    expect(await startRing(folder, { before, expressions: counted })).toEqual([0, [], 0]);
    // It was given up: should it be readable again, it is not both lost and sent.
    expect(await startRing(folder, { expressions: counted })).toEqual([0, [], 0]);
    expect(await segmentsIn(folder)).toEqual([]);
  });

  test('segments of which nobody knows how much they held', async () => {
    const folder = await useTwoSegments();
    // A power cut left this one before anything was in it.
    await writeFile(join(folder, '00000006'), '');
    const before = breaking({ stat: FIRST, remove: '' });
    for (let start = 0; start < 2; start += 1)
      expect(await startRing(folder, { before, expressions: ['ring.dropped'] })).toEqual([3]);
    expect(await startRing(folder, { before, expressions: counted })).toEqual([3, [4, 5], 3]);
  });

  test('the readings of a full ring whose oldest segment can not be removed', async () => {
    const folder = await useTwoSegments();
    const before = breaking({ remove: FIRST });
    const program = 'ring._drop_oldest()';
    expect(await startRing(folder, { before, program, expressions: counted })).toEqual([3, [4, 5], 3]);
    expect(await startRing(folder, { before, expressions: counted })).toEqual([3, [], 3]);
  });
});

test('segments that are acknowledged and can not be removed are not sent again, nor written over', async () => {
  const folder = await useTwoSegments();
  const before = breaking({ remove: '' });
  const sent = ['values()', 'ring.dropped'];
  expect(await startRing(folder, { before, expressions: sent })).toEqual([[1, 2, 3, 4, 5], 0]);
  const program = 'add(2)';
  expect(await startRing(folder, { before, program, expressions: sent })).toEqual([[5, 6], 0]);
  expect(await startRing(folder, { expressions: sent })).toEqual([[], 0]);
  expect(await segmentsIn(folder)).toEqual([]);
});

describe('no session has the number of another whose readings may still be there', () => {
  const SESSION = ['ring.new_session()', 'ring.session'];

  /** Two readings of session 1. */
  async function useSession(): Promise<string> {
    const folder = await useFolder();
    await startRing(folder, { program: 'ring.new_session()\nadd(2)', expressions: ['1'] });
    return folder;
  }

  test.each([
    ['the newest record is damaged', true, ''],
    ['the notes are lost', false, 'notes'],
    ['the newest record is damaged, and the notes are lost', true, 'notes'],
    ['all that is there can not be read', false, FIRST],
  ])('when %s', async (_, isDamaged, open) => {
    const folder = await useSession();
    if (isDamaged) await damageRecord(folder, FIRST, 1);
    const before = open === '' ? '' : breaking({ open });
    expect(await startRing(folder, { before, expressions: SESSION })).toEqual([null, 2]);
  });

  test('when starts added nothing', async () => {
    const folder = await useSession();
    for (const session of [2, 3])
      expect(await startRing(folder, { expressions: SESSION })).toEqual([null, session]);
  });

  test('when they were all used, and begin again', async () => {
    const folder = await useFolder();
    const program = 'ring.session = 0xFFFF\nadd(1)\nring.new_session()\nadd(1)';
    expect(await startRing(folder, { program, expressions: ['ring.session'] })).toEqual([0]);
    expect(await startRing(folder, { expressions: SESSION })).toEqual([null, 1]);
  });

  test('when the notes could not be written', async () => {
    const folder = await useSession();
    const program = 'fail("open", "notes")\nring.new_session()\nadd(1)';
    await startRing(folder, { before: breaking({}), program, expressions: ['1'] });
    expect(await startRing(folder, { expressions: SESSION })).toEqual([null, 3]);
  });
});

test('after a sleep that lost what could not be written, new readings have the numbers of their places', async () => {
  const folder = await useTwoSegments();
  const program = 'ring.resume(1, 0, 9, 0)\nadd(2)';
  expect(await startRing(folder, { program, expressions: ['values()', 'len(ring)'] })).toEqual([
    [1, 2, 3, 4, 5, 9, 10],
    0,
  ]);
});
