import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { useTestDatabase } from '../support/database.ts';
import { fuzzHttp } from './scenarios/fuzz-http.ts';
import { malformed } from './scenarios/malformed.ts';
import { perform } from './support/perform.ts';
import type { Result } from './support/report.ts';
import type { Scenario } from './support/scenario.ts';

const STAND_IN = fileURLToPath(new URL('support/stand-in.ts', import.meta.url));
const LIMIT_MS = 60_000;

/** What the guard finds by itself. */
const NO_ATTACK: Scenario = {
  name: 'no-attack',
  about: 'nothing is done',
  run: async () => ({ attacks: 0, failures: [], notes: [] }),
};

async function attackStandIn(
  kind: string,
  scenario: Scenario,
  patienceMs = 20_000,
): Promise<Pick<Result, 'verdict' | 'reasons' | 'acknowledged'>> {
  const { connection, url } = await useTestDatabase();
  return perform(scenario, { seed: 1, limitMs: LIMIT_MS, patienceMs, say: () => {}, onStage: () => {} }, () =>
    Promise.resolve({
      args: ['--import', 'tsx', STAND_IN, kind],
      env: { DATABASE_URL: url },
      connection,
    }),
  );
}

test('a program that keeps the rules passes', async () => {
  const { verdict, reasons, acknowledged } = await attackStandIn('right', NO_ATTACK);
  expect(reasons).toEqual([]);
  expect(verdict).toBe('passed');
  expect(acknowledged).toBeGreaterThan(0);
});

test('a program that forgets a PUBACK of the good station fails', async () => {
  const { verdict, reasons } = await attackStandIn('forgetful', NO_ATTACK, 3_000);
  expect(verdict).toBe('failed');
  expect(reasons).toContainEqual(expect.stringMatching(/^\d+ PUBACKs of the good station never came$/));
});

test('a program that acknowledges what it does not store fails', async () => {
  const { verdict, reasons } = await attackStandIn('unsound', NO_ATTACK);
  expect(verdict).toBe('failed');
  expect(reasons).toContainEqual(expect.stringMatching(/^acknowledged and not stored: 0/));
});

test('a program that takes malformed packets fails, with the rules that it breaks', async () => {
  const { verdict, reasons } = await attackStandIn('lenient', malformed);
  expect(verdict).toBe('failed');
  expect(reasons).toContain(
    "SUBSCRIBE to 'a#' [MQTT-4.7.1-2]: connack-0 pingresp open, where it must be connack-0 closed",
  );
});

test('a program that answers with 500 and tells its insides fails', async () => {
  const { verdict, reasons } = await attackStandIn('talkative', fuzzHttp);
  expect(verdict).toBe('failed');
  expect(reasons).toContainEqual(
    expect.stringMatching(/^request \d+ of seed 1: status 500; a stack trace: /),
  );
  expect(reasons).toContainEqual(expect.stringMatching(/^on standard error: at /));
});
