import { describe, expect, it } from 'vitest';
import { progressLine, showProgress } from '../../../firmware-bridge/simulator/progress.ts';
import { poll } from '../../support/poll.ts';

const state = { acknowledgedReadings: 500, fraction: 0.5, seconds: 2, note: undefined };

/** What is written until it has drawn twice, and at the end. */
async function written(terminal: boolean): Promise<string> {
  let text = '';
  const write = (more: string): void => {
    text += more;
  };
  const stop = showProgress({ write, terminal, state: () => state, intervalMs: 1 });
  await poll(() => text.split('500 readings').length > 2);
  stop();
  return text;
}

describe('the line of progress', () => {
  it('has a bar, the count and the rate', () => {
    expect(progressLine(state)).toBe('[############------------]  50 %  500 readings acknowledged, 250/s');
  });

  it('has no bar where there is no end to reach', () => {
    expect(progressLine({ ...state, fraction: undefined })).toBe('500 readings acknowledged, 250/s');
  });

  it('is full at 100 %, and never more than full', () => {
    const full = `[${'#'.repeat(24)}] 100 %`;
    expect(progressLine({ ...state, fraction: 1 })).toContain(full);
    expect(progressLine({ ...state, fraction: 1.2 })).toContain(full);
  });

  it('has no rate before time has passed', () => {
    expect(progressLine({ ...state, seconds: 0 })).toContain(' 0/s');
  });

  it('ends with the note', () => {
    expect(progressLine({ ...state, note: 'waiting' })).toMatch(/ {2}waiting$/);
  });
});

describe('showing progress', () => {
  it('redraws one line on a terminal and clears it at the end', async () => {
    const text = await written(true);
    expect(text).not.toContain('\n');
    expect(text.endsWith('\r\u001B[K')).toBe(true);
  });

  it('writes plain lines elsewhere', async () => {
    const text = await written(false);
    expect(text.endsWith('\n')).toBe(true);
    const lines = text.trimEnd().split('\n');
    expect(new Set(lines)).toEqual(new Set([progressLine(state)]));
  });
});
