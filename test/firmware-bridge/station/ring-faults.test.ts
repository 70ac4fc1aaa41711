import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { useFolder } from '../../support/program.ts';
import { breaking, startRing } from './support/ring.ts';

const FIRST = '00000001';

/** A ring of two segments: readings 1, 2 and 3, readings 4 and 5. */
async function useTwoSegments(): Promise<string> {
  const folder = await useFolder();
  await startRing(folder, { program: 'add(3)\nring.appendable = False\nadd(2)', expressions: ['1'] });
  return folder;
}

/** Makes the checksum of the `nth` record of a segment wrong, counted from 0. */
async function damage(folder: string, name: string, nth: number): Promise<void> {
  const bytes = await readFile(join(folder, name));
  const recordBytes = Number(bytes.toString('latin1').split(' ')[2]);
  bytes[bytes.indexOf('\n') + 1 + nth * recordBytes + 12]! ^= 1;
  await writeFile(join(folder, name), bytes);
}

describe('what is lost is counted once', () => {
  const LOOK_AGAIN = 'for _ in range(3):\n    ring.peek(10)\n    ring.base_of(9)';
  const counted = ['ring.dropped', 'values()', 'ring.dropped'];

  test('a record that is damaged, however often its batch is sent', async () => {
    const folder = await useTwoSegments();
    await damage(folder, FIRST, 1);
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
    await damage(folder, FIRST, 1);
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
    expect(await readdir(folder)).not.toContain(FIRST);
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
  expect((await readdir(folder)).filter((name) => /^[0-9a-f]{8}$/.test(name))).toEqual([]);
});
