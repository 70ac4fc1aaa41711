import { expect, test } from 'vitest';
import { plainLine } from '../src/log.ts';

test('a line for a person has the time, the level, the message, its details and the cause', () => {
  const time = new Date(2026, 10, 22, 12, 34, 56).getTime();
  const line = plainLine(
    JSON.stringify({
      level: 40,
      time,
      msg: 'trying again',
      messages: 3,
      err: { message: 'away', stack: '…' },
    }),
  );
  expect(line).toBe('12:34:56 warn  trying again  messages=3 cause=away\n');
});

test('a line without details ends with its message', () => {
  expect(plainLine(JSON.stringify({ level: 30, time: 0, msg: 'ready' }))).toMatch(
    /^\d\d:\d\d:\d\d info  ready\n$/,
  );
});

test('what a client has sent neither clears the screen nor makes a line of its own', () => {
  const user = '\u001B[2J\n00:00:00 info  all is well\u009B';
  const line = plainLine(JSON.stringify({ level: 40, time: 0, msg: 'refused', user }));
  expect(line.trimEnd()).not.toMatch(/\p{Cc}/u);
  expect(line).toContain('all is well');
});
