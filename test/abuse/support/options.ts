import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import type { Scenario } from './scenario.ts';

export interface Options {
  readonly seed: number;
  readonly scenarios: readonly Scenario[];
  /** Where to write the results, too. */
  readonly json: string | undefined;
}

const SEEDS = 2 ** 31;

/** What the command line asks for; `undefined` when it asks for help. @throws Error that names every mistake */
export function readOptions(args: readonly string[], all: readonly Scenario[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      seed: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const only = values.only?.split(',');
  const unknown = (only ?? []).filter((name) => !all.some((scenario) => scenario.name === name));
  const mistakes = unknown.map((name) => `There is no scenario ${name}.`);
  if (values.seed !== undefined && !/^\d{1,10}$/.test(values.seed)) {
    mistakes.push(`--seed ${values.seed} is not a number.`);
  }
  if (mistakes.length > 0) throw new Error(mistakes.join('\n'));
  return {
    seed: values.seed === undefined ? randomInt(SEEDS) : Number(values.seed),
    scenarios: all.filter(({ name }) => only?.includes(name) ?? true),
    json: values.json,
  };
}

export function usage(all: readonly Scenario[]): string {
  return `npm run test:abuse -- [--only SCENARIO,…] [--seed N] [--json FILE]

Attacks the service, and holds against it what it does for a station that behaves well meanwhile.
  --only SCENARIO  some of these:
${all.map(({ name, about }) => `                   ${name.padEnd(15)} ${about}`).join('\n')}
  --seed N         what is random is as it was in the run that printed this seed
  --json FILE      writes the results there, too
`;
}
