import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { createReleasers } from '../../src/releasers.ts';
import { useTestDatabase } from '../support/database.ts';
import { killServiceOf } from './scenarios/kills.ts';
import type { Outcome } from './support/scenario.ts';

const STAND_IN = fileURLToPath(new URL('support/stand-in.ts', import.meta.url));

/** The scenario that kills the service, on a program that answers half a second before or after it writes. */
async function killStandIn(kind: 'early' | 'late'): Promise<Outcome> {
  const { connection, url } = await useTestDatabase();
  const releasers = createReleasers();
  onTestFinished(() => releasers.release());
  return killServiceOf(
    { form: 'short', wantedRounds: 1, patienceMs: 1_000, say: () => {}, releasers },
    {
      args: ['--import', 'tsx', STAND_IN, kind],
      env: { DATABASE_URL: url },
      connection,
    },
  );
}

test('a program that acknowledges before it commits fails, with what is missing', async () => {
  const { comparison, failures } = await killStandIn('early');
  expect(comparison.missing).toBeGreaterThan(0);
  expect(failures).toEqual([
    expect.stringMatching(
      /^\d+ acknowledged messages are not stored, e\.g\. stations\/usual-\d\/temperature /,
    ),
  ]);
});

test('a program that acknowledges after it has committed passes', async () => {
  const { comparison, failures } = await killStandIn('late');
  expect(comparison.acknowledged).toBeGreaterThan(0);
  expect(comparison).toMatchObject({ missing: 0, surplus: 0, examples: [] });
  expect(failures).toEqual([]);
});
