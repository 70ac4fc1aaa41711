import { expect, test, vi } from 'vitest';
import { keptFor } from '../../src/web/kept-for.ts';

test('what was found is given until its time is over, and a failure is not kept', async () => {
  const ask = vi.fn<() => Promise<number>>();
  ask.mockRejectedValueOnce(new Error('away')).mockResolvedValueOnce(1).mockResolvedValueOnce(2);
  const kept = keptFor(3_600_000, ask);
  await expect(kept()).rejects.toThrow('away');
  expect([await kept(), await kept()]).toStrictEqual([1, 1]);
  const always = keptFor(0, ask);
  expect(await always()).toBe(2);
});
