import { describe, expect, it } from 'vitest';
import { createWindow } from '../../../firmware-bridge/simulator/window.ts';

/** Whether it is pending still when everything that could settle it has run. */
async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  const first = await Promise.race([promise, new Promise((resolve) => setImmediate(() => resolve(pending)))]);
  return first === pending;
}

describe('a window', () => {
  it('lets in as many as it is wide, and the next when one leaves', async () => {
    const window = createWindow(2, new AbortController().signal);
    expect(await window.enter()).toBe(true);
    expect(await window.enter()).toBe(true);
    const third = window.enter();
    expect(await isPending(third)).toBe(true);
    window.leave();
    expect(await third).toBe(true);
    expect(await isPending(window.enter())).toBe(true);
  });

  it('is empty when the last one has left', async () => {
    const window = createWindow(2, new AbortController().signal);
    await window.whenEmpty();
    await window.enter();
    await window.enter();
    const empty = window.whenEmpty();
    window.leave();
    expect(await isPending(empty)).toBe(true);
    window.leave();
    expect(await isPending(empty)).toBe(false);
  });

  it('turns away those who wait, and those who come, once it is stopped', async () => {
    const stop = new AbortController();
    const window = createWindow(1, stop.signal);
    await window.enter();
    const waiting = window.enter();
    stop.abort();
    expect(await waiting).toBe(false);
    expect(await window.enter()).toBe(false);
    const empty = window.whenEmpty();
    window.leave();
    expect(await isPending(empty)).toBe(false);
  });
});
