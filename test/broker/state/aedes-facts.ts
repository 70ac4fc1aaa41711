import assert from 'node:assert';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';

/** What a test of the suite gets, of node's own test context. */
interface Context {
  plan(assertions: number): void;
  diagnostic(message: string): void;
  readonly assert: Readonly<Record<string, (...values: readonly unknown[]) => void>>;
}

type Run = (context: Context) => Promise<void>;

interface Suite {
  readonly test: (name: string, run: Run) => void;
  readonly persistence: () => Promise<unknown>;
  readonly testAsync: true;
}

/** Makes a test of each fact that every persistence of Aedes is tested for, but for those named. */
export function testAedesFacts(persistence: () => Promise<unknown>, except: ReadonlySet<string>): void {
  // The package is CommonJS, and its types leave the suite out.
  const require = createRequire(import.meta.url);
  const suite = require('aedes-persistence/abstract') as (parts: Suite) => void;
  const facts = new Map<string, Run>();
  suite({ persistence, testAsync: true, test: (name, run) => void facts.set(name, run) });
  const left = [...facts].filter(([name]) => !except.has(name));
  test.each(left)('%s', async (_, run) => {
    expect(await countAssertions(run)).toBeGreaterThanOrEqual(0);
  });
  test('what is left out is there', () => expect(facts.size - left.length).toBe(except.size));
}

/** @throws if there were other than planned, or one failed */
async function countAssertions(run: Run): Promise<number> {
  let planned: number | undefined;
  let made = 0;
  const counting = Object.entries({
    ok: assert.ok,
    equal: assert.equal,
    notEqual: assert.notEqual,
    deepEqual: assert.deepEqual,
  }).map(([name, check]) => [
    name,
    (...values: readonly unknown[]) => {
      made += 1;
      Reflect.apply(check, assert, values);
    },
  ]);
  await run({
    plan: (assertions) => (planned = assertions),
    diagnostic() {},
    assert: Object.fromEntries(counting) as Context['assert'],
  });
  assert.equal(made, planned ?? made, 'as many assertions as planned');
  return made;
}
