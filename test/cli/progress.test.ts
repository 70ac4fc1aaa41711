import { expect, test } from 'vitest';
import { createProgress } from '../../src/cli/progress.ts';

function useScreen(isTTY: boolean, isQuiet = false) {
  const written: string[] = [];
  let time = 0;
  const screen = { isTTY, columns: 60, write: (text: string) => void written.push(text) };
  const progress = createProgress({ screen, isQuiet, now: () => time });
  return { written, progress, pass: (milliseconds: number) => (time += milliseconds) };
}

const CLEAR = '\r\u001B[K';

test('on a terminal a bar is drawn again and again, though not with every piece, and goes in the end', () => {
  const { written, progress, pass } = useScreen(true);
  progress.show(0, 0);
  pass(100);
  progress.show(0.1, 1000);
  pass(1900);
  progress.show(0.5, 1_234_567);
  progress.end();
  progress.end();
  expect(written).toEqual([
    `${CLEAR}[------------------------] 0 %, 0 readings`,
    `${CLEAR}[############------------] 50 %, 1,234,567 readings, 617,28`,
    CLEAR,
  ]);
});

test('what is told stands above the bar, which is drawn again', () => {
  const { written, progress } = useScreen(true);
  progress.show(undefined, 5);
  progress.tell('line 3: …');
  progress.show(undefined, 6);
  expect(written).toEqual([`${CLEAR}5 readings`, CLEAR, 'line 3: …\n', `${CLEAR}6 readings`]);
});

test('elsewhere there is a line every ten seconds, unless the result is for a program', () => {
  const { written, progress, pass } = useScreen(false);
  progress.show(0.2, 10);
  pass(9_999);
  progress.show(0.3, 20);
  pass(1);
  progress.show(0.4, 30_000);
  pass(5_000);
  progress.show(0.5, 40_000);
  progress.end();
  expect(written).toEqual(['40 %, 30,000 readings, 3,000/s\n']);
  const quiet = useScreen(false, true);
  quiet.pass(20_000);
  quiet.progress.show(0.5, 1);
  expect(quiet.written).toEqual([]);
});
