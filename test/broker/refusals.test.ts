import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createBrokerCounters } from '../../src/broker/counters.ts';
import { createRefusals } from '../../src/broker/refusals.ts';

function useRefusals() {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'warn' }, { write: (line) => void lines.push(JSON.parse(line)) });
  const counters = createBrokerCounters();
  let now = 0;
  return {
    refusals: createRefusals(counters, log, () => now),
    counters,
    lines,
    pass: (ms: number) => void (now += ms),
  };
}

test('each refusal is counted by its kind', () => {
  const { refusals, counters } = useRefusals();
  refusals.note('login', { user: 'a' });
  refusals.note('publish', { user: 'a' });
  refusals.note('publish', { user: 'a' });
  refusals.note('subscribe', { user: 'a' });
  expect(counters).toMatchObject({ logins_refused: 1, publishes_refused: 2, subscriptions_refused: 1 });
});

test('the same thing is said once a minute, whatever the client calls itself', () => {
  const { refusals, lines, pass } = useRefusals();
  const note = (clientId: string): void =>
    refusals.note('publish', { user: 'a', clientId, topic: 'stations/b', reason: 'not its own' });
  note('one');
  note('two');
  expect(lines).toMatchObject([{ user: 'a', clientId: 'one', topic: 'stations/b', reason: 'not its own' }]);
  pass(60_001);
  note('one');
  expect(lines.slice(1)).toMatchObject([{ refused: 1 }, { topic: 'stations/b' }]);
});

test('a flood of different things makes ten lines a minute, and a sum', () => {
  const { refusals, lines, pass } = useRefusals();
  for (let index = 0; index < 1_000; index += 1) refusals.note('login', { user: `user-${index}` });
  expect(lines).toHaveLength(10);
  pass(60_001);
  refusals.note('login', { user: 'again' });
  expect(lines.slice(10)).toMatchObject([{ refused: 990 }, { user: 'again' }]);
});
